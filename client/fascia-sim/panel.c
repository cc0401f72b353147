/* SPDX-License-Identifier: MIT */
/* panel: all values on the screen, as they change, to be changed with the keyboard. */
#include <errno.h>
#include <locale.h>
#include <ncurses.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include <fascia/backend.h>

#include "modules.h"
#include "panel-rows.h"

/* How often the screen is drawn anew: what is new fades. In milliseconds. */
#define FRAME_MS 100
#define HEAD_LINES 3
#define FOOT_LINES 2
#define NAME_COLUMNS 30
#define TEXT_MAX 512

enum {
        COLOUR_NEW = 1,
        COLOUR_HEAD,
        COLOUR_BAD,
};

typedef struct Panel {
        Tool *tool;
        PanelRows *rows;
        size_t selected, top;
        double time; /* as it was told last; below 0: not yet */
        unsigned frame;
        char message[TEXT_MAX];
        bool is_bad;             /* the message */
        bool follows_simulation; /* all that is simulated is shown */
        bool is_over;
} Panel;

/* ---- the simulation ---- */

static bool has_control(const Panel *p) {
        return fascia_feature_get_state(simulation_feature(p->tool->control)) == FASCIA_STATE_READY;
}

__attribute__((format(printf, 3, 4))) static void say(Panel *p, bool is_bad, const char *format,
                                                      ...) {
        va_list ap;

        va_start(ap, format);
        vsnprintf(p->message, sizeof(p->message), format, ap);
        va_end(ap);
        p->is_bad = is_bad;
}

static void on_done(struct simulation *s, const struct fascia_error *error, void *userdata) {
        (void)s;
        if (error)
                say(userdata, true, "%s", error->message);
}

static void on_time(struct simulation *s, const struct fascia_error *error, double seconds,
                    void *userdata) {
        Panel *p = userdata;

        (void)s;
        if (!error)
                p->time = seconds;
}

static void on_step(struct simulation *s, const struct fascia_error *error, double seconds,
                    void *userdata) {
        (void)s;
        if (error)
                say(userdata, true, "%s", error->message);
        else
                say(userdata, false, "+%g s", seconds);
}

static void on_fault(struct simulation *s, const struct fascia_error *error, uint32_t id,
                     void *userdata) {
        (void)s;
        if (error)
                say(userdata, true, "%s", error->message);
        else
                say(userdata, false, "fault %u", id);
}

/* Says why not when it cannot be. */
static bool may_control(Panel *p) {
        if (has_control(p))
                return true;
        say(p, true, "there is no simulation that could be controlled");
        return false;
}

static void follow(Panel *p) {
        const struct fascia_string_list *names = simulation_get_features(p->tool->control);
        const struct fascia_interface *interface;

        for (size_t i = 0; p->follows_simulation && i < names->count; i++)
                for (size_t k = 0; (interface = modules_get(p->tool->modules, k)); k++)
                        if (strcmp(interface->qualified_name, names->items[i]) == 0)
                                (void)panel_rows_add(p->rows, interface);
}

/* ---- drawing ---- */

/* As much as there is room for; the rest of the line is empty. */
static void put(int y, int x, int columns, attr_t attributes, const char *text) {
        attron(attributes);
        mvaddnstr(y, x, text, columns);
        attroff(attributes);
}

static void draw_head(const Panel *p) {
        const struct simulation *c = p->tool->control;
        const struct fascia_string_list *faults = simulation_get_faults(c),
                                        *problems = simulation_get_problems(c);
        const struct simulation_scenario *s = simulation_get_scenario(c);
        const char *state = simulation_scenario_state_to_string(s->state);
        char text[TEXT_MAX];

        if (!has_control(p)) {
                put(0, 0, COLS, A_BOLD, "fascia-sim");
                put(1, 0, COLS, COLOR_PAIR(COLOUR_BAD),
                    "no simulation that could be controlled: values can only be looked at");
                return;
        }
        snprintf(text, sizeof(text), "fascia-sim   %.1f s   speed %g%s   %zu fault%s",
                 p->time < 0 ? 0.0 : p->time, simulation_get_speed(c),
                 simulation_get_paused(c) ? "   PAUSED" : "", faults->count,
                 faults->count == 1 ? "" : "s");
        put(0, 0, COLS, A_BOLD, text);
        if (s->state != SIMULATION_SCENARIO_STATE_NONE) {
                snprintf(text, sizeof(text), "%s: %s", s->name, state ? state : "?");
                put(1, 0, COLS, 0, text);
        } else if (problems->count > 0) {
                put(1, 0, COLS, COLOR_PAIR(COLOUR_BAD), problems->items[problems->count - 1]);
        } else if (faults->count > 0) {
                put(1, 0, COLS, COLOR_PAIR(COLOUR_BAD), faults->items[faults->count - 1]);
        }
}

static void draw_row(const PanelRow *row, int y, bool is_selected) {
        char *text = panel_row_text(row), name[TEXT_MAX];
        attr_t attributes = is_selected ? A_REVERSE : 0;

        if (row->is_head) {
                snprintf(name, sizeof(name), *row->zone ? "%s [%s]" : "%s",
                         panel_row_interface(row)->name, row->zone);
                put(y, 0, COLS, attributes | A_BOLD | COLOR_PAIR(COLOUR_HEAD), name);
                put(y, (int)strlen(name) + 2, COLS - (int)strlen(name) - 2,
                    panel_row_state(row) == FASCIA_STATE_READY ? 0 : COLOR_PAIR(COLOUR_BAD),
                    text ? text : "");
        } else {
                bool is_ready = panel_row_state(row) == FASCIA_STATE_READY;

                put(y, 2, NAME_COLUMNS, attributes, panel_row_property(row)->name);
                put(y, NAME_COLUMNS + 2, COLS - NAME_COLUMNS - 2,
                    !is_ready               ? A_DIM
                    : panel_row_is_new(row) ? COLOR_PAIR(COLOUR_NEW) | A_BOLD
                                            : attributes,
                    text ? text : "");
        }
        free(text);
}

/* Where the rows have become fewer, the selection goes along. */
static void keep_in_view(Panel *p) {
        size_t lines = LINES > HEAD_LINES + FOOT_LINES ? (size_t)(LINES - HEAD_LINES - FOOT_LINES)
                                                       : 1;

        while (p->selected > 0 && !panel_rows_get(p->rows, p->selected))
                p->selected--;
        if (p->selected < p->top)
                p->top = p->selected;
        if (p->selected >= p->top + lines)
                p->top = p->selected - lines + 1;
}

static void draw(Panel *p) {
        const PanelRow *row;

        erase();
        draw_head(p);
        keep_in_view(p);
        for (int y = HEAD_LINES; y < LINES - FOOT_LINES; y++) {
                size_t n = p->top + (size_t)(y - HEAD_LINES);

                row = panel_rows_get(p->rows, n);
                if (row)
                        draw_row(row, y, n == p->selected);
        }
        put(LINES - 2, 0, COLS, p->is_bad ? COLOR_PAIR(COLOUR_BAD) : 0, p->message);
        put(LINES - 1, 0, COLS, A_DIM,
            "Enter edit  \xe2\x86\x90\xe2\x86\x92 +- change  / filter  p pause  s step  < > speed  f fault  c "
            "clear  e emit  q quit");
        refresh();
}

/* ---- waiting ---- */

/* What happens meanwhile is seen; a key, or ERR when there is none for a frame. */
static int wait_key(Panel *p) {
        struct pollfd fds[] = { { STDIN_FILENO, POLLIN, 0 },
                                { fascia_client_get_fd(p->tool->client), POLLIN, 0 } };

        (void)poll(fds, 2, FRAME_MS);
        while (fascia_client_dispatch(p->tool->client) > 0)
                ;
        if (p->frame++ % 5 == 0 && has_control(p)) {
                follow(p);
                (void)simulation_get_time(p->tool->control, on_time, p, NULL);
        }
        return getch();
}

/* ---- asking ---- */

/* Takes back one character, which may be several bytes. */
static void erase_last(char *text) {
        size_t n = strlen(text);

        while (n > 0 && ((unsigned char)text[--n] & 0xc0) == 0x80)
                ;
        text[n] = '\0';
}

/* A line of the user, who begins with what is there. False: he does not want to. */
static bool ask(Panel *p, const char *question, char *text, size_t size) {
        for (;;) {
                char line[2 * TEXT_MAX];
                size_t used = strlen(text);
                int key;

                draw(p);
                snprintf(line, sizeof(line), "%s%s", question, text);
                move(LINES - 2, 0);
                clrtoeol();
                put(LINES - 2, 0, COLS, A_BOLD, line);
                curs_set(1);
                refresh();
                key = wait_key(p);
                curs_set(0);
                if (key == '\n' || key == KEY_ENTER)
                        return true;
                if (key == 27)
                        return false;
                if (key == KEY_BACKSPACE || key == 127 || key == '\b')
                        erase_last(text);
                else if (key == 21) /* Ctrl-U */
                        text[0] = '\0';
                else if (key >= 32 && key < 256 && used + 1 < size) {
                        text[used] = (char)key;
                        text[used + 1] = '\0';
                }
        }
}

/* ---- changing ---- */

static const PanelRow *selected(const Panel *p) {
        return panel_rows_get(p->rows, p->selected);
}

static void set_text(Panel *p, const char *text) {
        const PanelRow *row = selected(p);
        const struct fascia_variant value = { fascia_basic_type('s'), &text };
        int r;

        if (!row || row->is_head || !may_control(p))
                return;
        say(p, false, "%s", "");
        r = simulation_set_value(p->tool->control, panel_row_interface(row)->qualified_name,
                                 row->zone, panel_row_property(row)->name, &value, on_done, p,
                                 NULL);
        if (r < 0)
                say(p, true, "%s", strerror(-r));
}

static void edit(Panel *p) {
        const PanelRow *row = selected(p);
        const struct fascia_property *property = row ? panel_row_property(row) : NULL;
        const void *value = property ? panel_row_value(row) : NULL;
        char question[TEXT_MAX], text[TEXT_MAX] = "", *now;

        if (!property || !may_control(p))
                return;
        now = value ? fascia_value_print(property->type, value) : NULL;
        /* A text without its quotes; what has parts is to be typed as JSON. */
        if (now && property->type->kind == FASCIA_KIND_STRING)
                snprintf(text, sizeof(text), "%s", *(const char *const *)value);
        else if (now && property->type->kind < FASCIA_KIND_STRUCT)
                snprintf(text, sizeof(text), "%s", now);
        free(now);
        snprintf(question, sizeof(question), "%s = ", property->name);
        if (ask(p, question, text, sizeof(text)))
                set_text(p, text);
}

/* The enumerator so many places on, around the end. */
static void cycle_enum(Panel *p, const struct fascia_type *type, int32_t value, int by) {
        int n = (int)type->n_enumerators, i = 0;

        while (i < n && type->enumerators[i].value != value)
                i++;
        set_text(p, type->enumerators[i == n ? 0 : (i + by + n) % n].name);
}

static double number_of(const struct fascia_type *type, const void *value) {
        char *text = fascia_value_print(type, value);
        double number = text ? strtod(text, NULL) : 0;

        free(text);
        return number;
}

/* One more or less; of small reals a tenth. */
static void change(Panel *p, int by) {
        const PanelRow *row = selected(p);
        const struct fascia_property *property = row ? panel_row_property(row) : NULL;
        const void *value = property ? panel_row_value(row) : NULL;
        char text[64];

        if (!value)
                return;
        if (property->type->kind == FASCIA_KIND_BOOL) {
                set_text(p, *(const bool *)value ? "false" : "true");
        } else if (property->type->kind == FASCIA_KIND_ENUM) {
                cycle_enum(p, property->type, *(const int32_t *)value, by);
        } else if (property->type->kind <= FASCIA_KIND_REAL) {
                double number = number_of(property->type, value), step = 1;

                if (property->type->kind == FASCIA_KIND_REAL && number > -2 && number < 2)
                        step = 0.1;
                snprintf(text, sizeof(text), "%.12g", number + by * step);
                set_text(p, text);
        }
}

/* ---- other keys ---- */

static void toggle_pause(Panel *p) {
        if (may_control(p))
                (void)simulation_set_paused(p->tool->control,
                                            !simulation_get_paused(p->tool->control), on_done, p,
                                            NULL);
}

static void step(Panel *p) {
        if (may_control(p))
                (void)simulation_step_next(p->tool->control, on_step, p, NULL);
}

static void change_speed(Panel *p, double factor) {
        if (may_control(p))
                (void)simulation_set_speed(p->tool->control,
                                           simulation_get_speed(p->tool->control) * factor, on_done,
                                           p, NULL);
}

/* "delay seconds=2", of what is selected. */
static json_t *make_fault(const PanelRow *row, char *text) {
        char *rest = text, *word = strsep(&rest, " ");
        json_t *fault = json_pack("{s:s, s:s}", "fault", word, "feature",
                                  panel_row_interface(row)->qualified_name);

        if (*row->zone)
                json_object_set_new(fault, "zone", json_string(row->zone));
        if (!row->is_head)
                json_object_set_new(fault, "member", json_string(panel_row_property(row)->name));
        while (fault && (word = strsep(&rest, " "))) {
                char *value = strchr(word, '=');
                json_t *json;

                if (!value)
                        continue;
                *value++ = '\0';
                json = json_loads(value, JSON_DECODE_ANY, NULL);
                json_object_set_new(fault, word, json ? json : json_string(value));
        }
        return fault;
}

static void add_fault(Panel *p) {
        const PanelRow *row = selected(p);
        char text[TEXT_MAX] = "", *encoded;
        json_t *fault;

        if (!row || !may_control(p) ||
            !ask(p, "delay|drop|fail|freeze|disconnect|duplicate|flood|reorder [KEY=VALUE...]: ",
                 text, sizeof(text)) ||
            !(row = selected(p)))
                return;
        fault = make_fault(row, text);
        encoded = fault ? json_dumps(fault, JSON_COMPACT) : NULL;
        if (encoded)
                (void)simulation_add_fault(p->tool->control, encoded, on_fault, p, NULL);
        else
                say(p, true, "this is no fault");
        free(encoded);
        json_decref(fault);
}

/* "warningRaised {...}": a name, and one argument for each word; what has blanks in it is JSON. */
static void emit(Panel *p) {
        const PanelRow *row = selected(p);
        struct fascia_variant values[16];
        struct fascia_variant_list list = { values, 0 };
        char text[TEXT_MAX] = "", *rest = text, *name;
        const char *words[16];

        if (!row || !may_control(p) || !ask(p, "signal [ARGUMENT...]: ", text, sizeof(text)) ||
            !(row = selected(p)))
                return;
        name = strsep(&rest, " ");
        while (rest && *rest && list.count < 16) {
                words[list.count] = *rest == '{' || *rest == '[' ? strsep(&rest, "\n")
                                                                 : strsep(&rest, " ");
                values[list.count] = (struct fascia_variant){ fascia_basic_type('s'),
                                                              &words[list.count] };
                list.count++;
        }
        if (list.count == 0)
                list.items = NULL;
        (void)simulation_emit_signal(p->tool->control, panel_row_interface(row)->qualified_name,
                                     row->zone, name, &list, on_done, p, NULL);
}

static void ask_filter(Panel *p) {
        char text[TEXT_MAX] = "";

        if (ask(p, "/", text, sizeof(text)))
                panel_rows_filter(p->rows, text);
        p->selected = p->top = 0;
}

static void move_by(Panel *p, int by) {
        for (; by > 0 && panel_rows_get(p->rows, p->selected + 1); by--)
                p->selected++;
        for (; by < 0 && p->selected > 0; by++)
                p->selected--;
}

static void take_key(Panel *p, int key) {
        int page = LINES > HEAD_LINES + FOOT_LINES + 1 ? LINES - HEAD_LINES - FOOT_LINES - 1 : 1;

        switch (key) {
        case KEY_UP:
        case 'k':
                move_by(p, -1);
                break;
        case KEY_DOWN:
        case 'j':
                move_by(p, 1);
                break;
        case KEY_PPAGE:
                move_by(p, -page);
                break;
        case KEY_NPAGE:
                move_by(p, page);
                break;
        case KEY_HOME:
                p->selected = 0;
                break;
        case KEY_END:
                move_by(p, 1000000);
                break;
        case '\n':
        case KEY_ENTER:
                edit(p);
                break;
        case KEY_RIGHT:
        case ' ':
        case '+':
                change(p, 1);
                break;
        case KEY_LEFT:
        case '-':
                change(p, -1);
                break;
        case '/':
                ask_filter(p);
                break;
        case 'p':
                toggle_pause(p);
                break;
        case 's':
                step(p);
                break;
        case '<':
                change_speed(p, 0.5);
                break;
        case '>':
                change_speed(p, 2);
                break;
        case 'f':
                add_fault(p);
                break;
        case 'c':
                if (may_control(p))
                        (void)simulation_clear_faults(p->tool->control, on_done, p, NULL);
                break;
        case 'e':
                emit(p);
                break;
        case 'q':
                p->is_over = true;
                break;
        }
}

/* ---- the command ---- */

static int add_named(Panel *p, int n, char *args[]) {
        for (int i = 0; i < n; i++) {
                const struct fascia_interface *interface = modules_find(p->tool->modules, args[i]);

                if (!interface)
                        return STATUS_UNKNOWN;
                if (panel_rows_add(p->rows, interface) < 0)
                        return fail_memory();
        }
        return STATUS_OK;
}

static void run(Panel *p) {
        setlocale(LC_ALL, "");
        initscr();
        start_color();
        use_default_colors();
        init_pair(COLOUR_NEW, COLOR_GREEN, -1);
        init_pair(COLOUR_HEAD, COLOR_CYAN, -1);
        init_pair(COLOUR_BAD, COLOR_RED, -1);
        cbreak();
        noecho();
        set_escdelay(25);
        keypad(stdscr, true);
        nodelay(stdscr, true);
        curs_set(0);
        while (!p->is_over) {
                int key;

                draw(p);
                for (key = wait_key(p); key != ERR && !p->is_over; key = getch())
                        take_key(p, key);
        }
        endwin();
}

int command_panel(Tool *t, int n, char *args[]) {
        Panel p = { .tool = t, .time = -1, .follows_simulation = n == 0 };
        int r, status;

        if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
                return fail(STATUS_USAGE, "the panel needs a terminal");
        /* Without a simulation it shows what there is. */
        r = fascia_client_set_setting(t->client, "org.fascia.Simulation", "Backend", "dbus");
        if (r >= 0)
                r = simulation_new(t->client, &t->control);
        if (r >= 0)
                r = panel_rows_new(t, &p.rows);
        if (r < 0)
                return fail(STATUS_UNAVAILABLE, "%s", strerror(-r));
        status = modules_open(t);
        if (status == STATUS_OK)
                status = add_named(&p, n, args);
        if (status == STATUS_OK)
                run(&p);
        panel_rows_free(p.rows);
        return status;
}
