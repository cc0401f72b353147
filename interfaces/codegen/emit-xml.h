/* SPDX-License-Identifier: MIT */
/* D-Bus introspection XML: the contract that every other D-Bus tool reads. */
#pragma once

#include "model.h"

/* The <interface> element, one blank deep, each line with its end. */
const char *emit_xml_interface(const Module *m, const Interface *i);
/* The same as a whole document. */
const char *emit_xml_document(const Module *m, const Interface *i);
/* A model is an object of its own below the feature, fetched in pages: its interface, as a document. */
const char *emit_xml_model(const Module *m, const Interface *i, const Property *p);
