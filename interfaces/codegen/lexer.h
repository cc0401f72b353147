/* SPDX-License-Identifier: MIT */
/* Cuts an interface file into tokens. */
#pragma once

#include "diagnostics.h"

typedef enum TokenKind {
        TOKEN_END,
        TOKEN_NAME,    /* also keywords */
        TOKEN_NUMBER,  /* also versions */
        TOKEN_STRING,  /* text: without quotes and escapes */
        TOKEN_DOC,     /* text: between the comment marks */
        TOKEN_TAG,     /* text: after the '@' */
        TOKEN_SYMBOL,  /* one character of {}()<>,;= */
        TOKEN_INVALID, /* the error has been reported */
} TokenKind;

typedef struct Token {
        TokenKind kind;
        Span span;
        const char *text;
} Token;

typedef struct Lexer {
        Arena *arena;
        Diagnostics *diagnostics;
        const Source *source;
        uint32_t position;
} Lexer;

void lexer_init(Lexer *l, Arena *a, Diagnostics *d, const Source *source);
/* After the first invalid token nothing more is to be asked for. */
Token lexer_next(Lexer *l);

bool lexer_is_keyword(const char *name);
