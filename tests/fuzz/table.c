/* SPDX-License-Identifier: MIT */
/* Tables of fascia-sim, fed with anything: in both directions. */
#include "table.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "targets.h"

/* What is wrong with them goes nowhere: a fuzzer has its own to say. */
static int silence(void) {
        int copy;

        fflush(stderr);
        copy = dup(STDERR_FILENO);
        if (copy < 0 || !freopen("/dev/null", "we", stderr))
                abort();
        return copy;
}

static void speak(int copy) {
        fflush(stderr);
        if (dup2(copy, STDERR_FILENO) < 0)
                abort();
        close(copy);
}

typedef struct Text {
        char *text;
        size_t size;
        FILE *stream;
} Text;

static FILE *open_text(Text *t) {
        t->stream = open_memstream(&t->text, &t->size);
        if (!t->stream)
                abort();
        return t->stream;
}

static void export_all(const char *recording, Text *table) {
        int status = table_export("recording", recording, 0, NULL, open_text(table));

        fclose(table->stream);
        if (status != STATUS_OK && table->size > 0)
                abort(); /* half a table */
}

/* What is taken as a table is a recording, which is a table again. */
static void check_table(const char *text) {
        Text recording = { 0 }, table = { 0 }, again = { 0 };
        int status = table_import("table", text, open_text(&recording));

        fclose(recording.stream);
        if (status == STATUS_OK && recording.size > 0) {
                export_all(recording.text, &table);
                if (table.size == 0 ||
                    table_import("table", table.text, open_text(&again)) != STATUS_OK)
                        abort();
                fclose(again.stream);
        }
        free(recording.text);
        free(table.text);
        free(again.text);
}

void fuzz_table(const uint8_t *data, size_t size) {
        char *text = strndup((const char *)data, size); /* a file with NUL is refused before */
        char *const names[] = { "speed", "Speaker.volume[Front]" };
        Text table = { 0 };
        int copy;

        if (!text)
                abort();
        copy = silence();
        check_table(text);
        export_all(text, &table);
        free(table.text);
        (void)table_export("recording", text, 2, names, open_text(&table));
        fclose(table.stream);
        free(table.text);
        speak(copy);
        free(text);
}
