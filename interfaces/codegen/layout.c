/* SPDX-License-Identifier: MIT */
/* Breaks long lines of C where the project's formatter would. */
#include "layout.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "text.h"

#define INDENT 8

/*
 * clang-format looks for the breaks that cost least; so does this, with the same costs (its
 * TokenAnnotator::splitPenalty() and ContinuationIndenter, for the style of this project). Where a
 * line may be broken, it is cut into pieces.
 */
#define COST_DEPTH 20 /* more for each bracket around the break, and one for the line */
#define COST_COMMA 1
#define COST_CALL 19          /* behind the bracket of a call */
#define COST_PARAMETERS 100   /* behind the bracket of a declaration */
#define COST_ASSIGNMENT 100   /* behind '=' */
#define COST_CAST 100         /* behind a cast */
#define COST_NAME 200         /* in front of the name of a variable */
#define COST_POINTER 190      /* in front of the star that belongs to it */
#define COST_TAG 5000         /* behind 'struct' */
#define COST_RETURN_TYPE 1000 /* in front of the name of a function */
#define COST_FIRST 15         /* for the first break inside a pair of brackets */
#define COST_EXCESS 1000000   /* for each character too many */

#define PIECES_MAX 256 /* a longer line stays together from there on */
#define DEPTH_MAX 8
#define BRACKETS_MAX 32

typedef enum Break {
        BREAK_NONE,
        BREAK_BRACKET,
        BREAK_COMMA,
        BREAK_ASSIGNMENT,
        BREAK_CAST,
        BREAK_NAME,
        BREAK_POINTER,
        BREAK_TAG,
        BREAK_RETURN_TYPE,
} Break;

typedef struct Piece {
        const char *text;
        size_t size;
        size_t width; /* in characters */
        Break before;
        bool blank;     /* one stands before it when it is not broken */
        unsigned depth; /* of the brackets it begins in */
        unsigned cost;
} Piece;

typedef struct Line {
        const char *text;
        size_t indent;
        bool is_declaration;  /* of a function */
        const char *function; /* its name, or NULL */
        const char *variable; /* that is declared, or NULL */
        Piece pieces[PIECES_MAX];
        size_t n_pieces;
        uint8_t closes[PIECES_MAX]; /* lists that end in the piece */
} Line;

static size_t width_of(const char *s, size_t size) {
        size_t n = 0;

        for (size_t i = 0; i < size; i++)
                n += ((unsigned char)s[i] & 0xC0) != 0x80;
        return n;
}

static bool is_word(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
}

/* ---- cutting ---- */

/* A bracket of arguments or parameters, unlike one of a cast or around an expression. */
static bool is_list(const char *line, const char *bracket) {
        if (bracket == line || bracket[1] == ')')
                return false;
        return is_word(bracket[-1]) || bracket[-1] == ')';
}

/* Behind a type in brackets; (*name)(…) has none. */
static bool is_cast_end(const char *open, const char *bracket) {
        if (open[1] == '*')
                return false;
        return is_word(bracket[1]) || bracket[1] == '*' || bracket[1] == '&';
}

static void end_piece(Line *l, Piece *piece, const char *end, Break next, bool blank,
                      unsigned depth) {
        if (l->n_pieces >= PIECES_MAX - 1)
                return;
        piece->size = (size_t)(end - piece->text);
        piece->width = width_of(piece->text, piece->size);
        l->pieces[l->n_pieces++] = *piece;
        *piece = (Piece){
                .text = end + (blank ? 1 : 0),
                .before = next,
                .blank = blank,
                .depth = depth,
        };
}

static void end_line(Line *l, Piece *piece) {
        piece->size = strlen(piece->text);
        piece->width = width_of(piece->text, piece->size);
        l->pieces[l->n_pieces++] = *piece;
}

/* In front of the name of the function, which is in front of the first bracket. */
static const char *find_function_name(const Line *l) {
        const char *p = strchr(l->text, '(');

        if (!p || !l->is_declaration || p[1] == '*')
                return NULL;
        while (p > l->text && is_word(p[-1]))
                p--;
        return p > l->text ? p : NULL;
}

/* In front of the name of the variable and its star, when one is declared. */
static const char *find_variable_name(const Line *l) {
        const char *text = l->text + l->indent;
        const char *p = strstr(text, " = ");

        if (!p && !strchr(text, '('))
                p = strchr(text, ';');
        if (!p || memchr(text, '(', (size_t)(p - text)))
                return NULL;
        while (p > text && p[-1] != ' ')
                p--;
        return p > text ? p : NULL;
}

/* In front of the name of a parameter: the last word before the comma or bracket. */
static bool is_parameter_name(const Line *l, const char *p, unsigned depth) {
        if (!l->is_declaration || depth != 1 || p[-1] != ' ' || (!is_word(*p) && *p != '*'))
                return false;
        p += *p == '*';
        while (is_word(*p))
                p++;
        return *p == ',' || *p == ')';
}

static bool is_tag(const Line *l, const char *p) {
        const char *start = l->text + l->indent;

        return p - start >= 7 && strncmp(p - 7, "struct ", 7) == 0;
}

static const char *skip_quoted(const char *p) {
        for (p++; *p != '"'; p++)
                if (*p == '\\')
                        p++;
        return p;
}

/* The brackets that are open at some place in a line. */
typedef struct Brackets {
        const char *open[BRACKETS_MAX];
        bool lists[BRACKETS_MAX];
        unsigned n;
        unsigned depth; /* of lists */
} Brackets;

static void cut_at_bracket(Line *l, Piece *piece, Brackets *b, const char *p) {
        if (*p == '(') {
                assert(b->n < BRACKETS_MAX);
                b->open[b->n] = p;
                b->lists[b->n] = is_list(l->text, p) && b->depth < DEPTH_MAX - 1 &&
                                 l->n_pieces < PIECES_MAX - 2;
                if (b->lists[b->n++])
                        end_piece(l, piece, p + 1, BREAK_BRACKET, false, ++b->depth);
                return;
        }
        assert(b->n > 0);
        b->n--;
        if (b->lists[b->n]) {
                l->closes[l->n_pieces]++;
                b->depth--;
        } else if (is_cast_end(b->open[b->n], p)) {
                end_piece(l, piece, p + 1, BREAK_CAST, false, b->depth);
        }
}

static void cut_at_name(Line *l, Piece *piece, const char *p, unsigned depth) {
        if (p == l->function)
                end_piece(l, piece, p[-1] == ' ' ? p - 1 : p, BREAK_RETURN_TYPE, p[-1] == ' ', 0);
        if (p == l->variable || is_parameter_name(l, p, depth))
                end_piece(l, piece, p - 1, *p == '*' ? BREAK_POINTER : BREAK_NAME, true, depth);
        else if (is_tag(l, p))
                end_piece(l, piece, p - 1, BREAK_TAG, true, depth);
}

static void cut(Line *l) {
        Piece piece = { .text = l->text };
        Brackets b = { .n = 0 };

        l->function = find_function_name(l);
        l->variable = find_variable_name(l);
        for (const char *p = l->text + l->indent; *p != '\0'; p++) {
                cut_at_name(l, &piece, p, b.depth);
                if (*p == '"')
                        p = skip_quoted(p);
                else if (*p == '(' || *p == ')')
                        cut_at_bracket(l, &piece, &b, p);
                else if (*p == ',' && p[1] == ' ' && b.depth > 0)
                        end_piece(l, &piece, p + 1, BREAK_COMMA, true, b.depth);
                else if (*p == '=' && p[1] == ' ' && p[2] != '{' && b.n == 0)
                        end_piece(l, &piece, p + 1, BREAK_ASSIGNMENT, true, 0);
        }
        end_line(l, &piece);
}

static unsigned break_cost(const Line *l, const Piece *p) {
        unsigned cost = COST_DEPTH * (1 + p->depth);

        switch (p->before) {
        case BREAK_NONE:
                break;
        case BREAK_BRACKET:
                return cost + (l->is_declaration ? COST_PARAMETERS : COST_CALL);
        case BREAK_COMMA:
                return cost + COST_COMMA;
        case BREAK_ASSIGNMENT:
                return cost + COST_ASSIGNMENT;
        case BREAK_CAST:
                return cost + COST_CAST;
        case BREAK_NAME:
                return cost + COST_NAME;
        case BREAK_POINTER:
                return cost + COST_POINTER;
        case BREAK_TAG:
                return cost + COST_TAG;
        case BREAK_RETURN_TYPE:
                return cost + COST_RETURN_TYPE;
        }
        return cost;
}

/* ---- searching ---- */

/* Inside a pair of brackets: where its lines begin, and where the last part of it began. */
typedef struct Level {
        unsigned indent;
        unsigned last;
        bool broken;
        bool item_broken; /* the item that is being laid out has more than one line */
} Level;

typedef struct State {
        size_t column;
        unsigned depth;
        Level levels[DEPTH_MAX];
        uint64_t cost;
        uint64_t broken[PIECES_MAX / 64]; /* a bit for each piece */
} State;

/* How many of the best layouts of the first pieces are followed: more than differ in practice. */
#define STATES_MAX 64
/* A few are enough for a layout that is good; no part of the best one costs more than it. */
#define STATES_FEW 3

static bool same_position(const State *a, const State *b) {
        if (a->column != b->column || a->depth != b->depth)
                return false;
        for (unsigned i = 0; i <= a->depth; i++)
                if (a->levels[i].indent != b->levels[i].indent ||
                    a->levels[i].last != b->levels[i].last ||
                    a->levels[i].broken != b->levels[i].broken ||
                    a->levels[i].item_broken != b->levels[i].item_broken)
                        return false;
        return true;
}

/* Of layouts that cost the same, the one whose lines are filled first. */
static bool is_better(const State *a, const State *b) {
        if (a->cost != b->cost)
                return a->cost < b->cost;
        for (size_t i = 0; i < PIECES_MAX / 64; i++) {
                uint64_t differing = a->broken[i] ^ b->broken[i];

                if (differing != 0)
                        return b->broken[i] & differing & -differing;
        }
        return false;
}

static bool is_broken(const State *s, size_t index) {
        return s->broken[index / 64] >> (index % 64) & 1;
}

static void keep(State *states, size_t *n, size_t n_max, const State *s) {
        size_t worst = 0;

        for (size_t i = 0; i < *n; i++)
                if (same_position(&states[i], s)) {
                        if (is_better(s, &states[i]))
                                states[i] = *s;
                        return;
                }
        if (*n < n_max) {
                states[(*n)++] = *s;
                return;
        }
        for (size_t i = 1; i < *n; i++)
                if (is_better(&states[worst], &states[i]))
                        worst = i;
        if (is_better(s, &states[worst]))
                states[worst] = *s;
}

static size_t broken_column(const Line *l, const Piece *p, const State *s) {
        const Level *level = &s->levels[s->depth];

        if (p->before == BREAK_RETURN_TYPE)
                return l->indent;
        if (p->before == BREAK_BRACKET)
                return s->levels[s->depth - 1].last + INDENT;
        if (p->before == BREAK_NAME || p->before == BREAK_POINTER || p->before == BREAK_CAST)
                return (level->last > level->indent ? level->last : level->indent) + INDENT;
        return s->depth == 0 ? level->indent + INDENT : level->indent;
}

/* Nothing follows, on its last line, an item that has more than one. */
static void note_broken_item(State *s, const Piece *p, bool on_new_line) {
        Level *level = &s->levels[s->depth];

        if (p->before == BREAK_COMMA) {
                if (level->item_broken && !on_new_line)
                        s->cost += COST_EXCESS;
                level->item_broken = false;
        } else if (on_new_line && p->before != BREAK_BRACKET) {
                level->item_broken = true;
        }
        for (unsigned i = 1; on_new_line && i < s->depth; i++)
                s->levels[i].item_broken = true;
}

/* Puts the piece behind those that are laid out in s, on a new line or not. */
static State place(const Line *l, size_t index, const State *before, bool on_new_line) {
        const Piece *p = &l->pieces[index];
        State s = *before;
        size_t end;

        if (p->before == BREAK_BRACKET) {
                s.depth++;
                s.levels[s.depth] = (Level){ .indent = (unsigned)s.column,
                                             .last = (unsigned)s.column };
        }
        if (on_new_line) {
                Level *level = &s.levels[s.depth];

                s.cost += break_cost(l, p) + (level->broken ? 0 : COST_FIRST);
                s.column = broken_column(l, p, &s);
                level->broken = true;
                level->last = (unsigned)s.column;
                if (p->before == BREAK_BRACKET)
                        level->indent = (unsigned)s.column;
        } else if (p->blank) {
                s.column++;
                if (p->before == BREAK_COMMA)
                        s.levels[s.depth].last = (unsigned)s.column;
        }
        note_broken_item(&s, p, on_new_line);
        if (on_new_line)
                s.broken[index / 64] |= UINT64_C(1) << (index % 64);
        end = s.column + p->width;
        if (end > LAYOUT_COLUMNS)
                s.cost += COST_EXCESS *
                          (uint64_t)(end - (s.column > LAYOUT_COLUMNS ? s.column : LAYOUT_COLUMNS));
        s.column = end;
        s.depth -= l->closes[index];
        return s;
}

/* Follows n_max layouts that cost at most `bound`. */
static const State *search(const Line *l, State *states, State *next, size_t n_max,
                           uint64_t bound) {
        size_t n = 1, n_next;
        const State *best;

        states[0] = (State){ .column = l->pieces[0].width };
        states[0].levels[0] = (Level){ .indent = (unsigned)l->indent, .last = (unsigned)l->indent };
        for (size_t i = 1; i < l->n_pieces; i++) {
                n_next = 0;
                for (size_t k = 0; k < n; k++)
                        for (unsigned broken = 0; broken <= 1; broken++) {
                                State s = place(l, i, &states[k], broken);

                                if (s.cost <= bound)
                                        keep(next, &n_next, n_max, &s);
                        }
                n = n_next;
                memcpy(states, next, n * sizeof(*next));
        }
        best = &states[0];
        for (size_t k = 1; k < n; k++)
                if (is_better(&states[k], best))
                        best = &states[k];
        return best;
}

static const State *find_best(const Line *l, State *states, State *next) {
        const State *good = search(l, states, next, STATES_FEW, UINT64_MAX);

        return search(l, states, next, STATES_MAX, good->cost);
}

/* Follows the breaks again, now writing. */
static const char *write_line(Arena *a, const Line *l, const State *best) {
        State s = { .column = l->pieces[0].width };
        Text text;

        text_init(&text, a);
        text_add_bytes(&text, l->pieces[0].text, l->pieces[0].size);
        s.levels[0] = (Level){ .indent = (unsigned)l->indent, .last = (unsigned)l->indent };
        for (size_t i = 1; i < l->n_pieces; i++) {
                const Piece *p = &l->pieces[i];
                State after = place(l, i, &s, is_broken(best, i));

                if (is_broken(best, i))
                        text_printf(&text, "\n%*s", (int)(after.column - p->width), "");
                else if (p->blank)
                        text_add(&text, " ");
                text_add_bytes(&text, p->text, p->size);
                s = after;
        }
        return text.bytes;
}

/* A declaration or definition of a function, or of a pointer to one, not a call. */
static bool is_declaration(const char *text) {
        const char *bracket = strchr(text, '(');
        const char *equals = strstr(text, " = ");
        const char *name = bracket;

        if (!bracket || (equals && equals < bracket) || strncmp(text, "return ", 7) == 0 ||
            strncmp(text, "if (", 4) == 0)
                return false;
        while (name > text && is_word(name[-1]))
                name--;
        /* Something stands in front of the name: its type. */
        return name > text && (name[-1] == ' ' || name[-1] == '*');
}

static const char *break_statement(Arena *a, const char *line, size_t indent) {
        State states[STATES_MAX], next[STATES_MAX];
        Line l;

        l.n_pieces = 0;
        memset(l.closes, 0, sizeof(l.closes));
        l.text = line;
        l.indent = indent;
        l.is_declaration = is_declaration(line + indent);
        cut(&l);
        return write_line(a, &l, find_best(&l, states, next));
}

/* ---- braces ---- */

/* Where the comma (or the closing brace) behind the item is. */
static const char *find_item_end(const char *p, const char *end) {
        unsigned depth = 0;

        for (; p < end; p++) {
                if (*p == '"')
                        p = skip_quoted(p);
                else if (*p == '(' || *p == '{')
                        depth++;
                else if (*p == ')' || *p == '}')
                        depth--;
                else if (*p == ',' && depth == 0)
                        return p;
        }
        return end;
}

/* The line that an initialiser begins with; the rest is indented as its last part is. */
static const char *open_braces(Arena *a, const char *line, size_t *indent) {
        const char *text = break_statement(a, line, *indent);
        const char *last = strrchr(text, '\n');

        if (last)
                *indent = strspn(last + 1, " ");
        return text;
}

/* Each item on a line, with a comma behind it: then the formatter leaves them so. */
static const char *break_braces(Arena *a, const char *line, size_t indent, const char *open) {
        const char *close = strrchr(line, '}');
        const char *head = arena_strndup(a, line, (size_t)(open + 1 - line));
        const char *text = open_braces(a, head, &indent);
        const char *item = open + 2;

        while (item < close) {
                const char *end = find_item_end(item, close);
                size_t size = (size_t)(end - item);

                if (end == close)
                        size--; /* the blank before the brace */
                text = arena_printf(a, "%s\n%s", text,
                                    layout_line(a, arena_printf(a, "%*s%.*s,", (int)indent + INDENT,
                                                                "", (int)size, item)));
                item = end < close ? end + 2 : close;
        }
        return arena_printf(a, "%s\n%*s%s", text, (int)indent, "", close);
}

/* The brace of an initialiser that the line ends with, or NULL. */
static const char *find_braces(const char *text) {
        size_t size = strlen(text);
        const char *open;

        if (size < 2 || text[size - 2] != '}' || (text[size - 1] != ';' && text[size - 1] != ','))
                return NULL;
        if (*text == '{')
                return text;
        open = strstr(text, " = { ");
        return open ? open + 3 : NULL;
}

const char *layout_line(Arena *a, const char *line) {
        size_t indent = strspn(line, " ");
        const char *text = line + indent;
        const char *braces;

        if (width_of(line, strlen(line)) <= LAYOUT_COLUMNS || *text == '*' || *text == '#' ||
            *text == '"' || strncmp(text, "__extension__", 13) == 0 || strncmp(text, "/*", 2) == 0)
                return line;
        braces = find_braces(text);
        if (braces)
                return break_braces(a, line, indent, braces);
        return break_statement(a, line, indent);
}
