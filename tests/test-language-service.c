/* SPDX-License-Identifier: MIT */
/* Every type the whole way: the generated client, a real bus, fasciad and the simulator. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness.h"
#include <fascia/fascia.h>
#include <test-language-1/language.h>

#define SIMULATED           \
        "[Test.Language]\n" \
        "[Anything]\n"      \
        "Backend=simulator\n"

typedef struct Fixture {
        Harness *harness;
        struct fascia_client *client;
        struct language_speaker *speaker;
} Fixture;

static char heard[1024];

static void hear(const char *text) {
        size_t used = strlen(heard);

        snprintf(heard + used, sizeof(heard) - used, "%s ", text);
}

static void dispatch_until(struct fascia_client *client, bool (*is_so)(void *userdata),
                           void *userdata) {
        for (unsigned i = 0; i < 1000 && !is_so(userdata); i++)
                assert_true(fascia_client_wait(client, 5000000) >= 0);
        assert_true(is_so(userdata));
}

static bool is_ready(void *userdata) {
        return fascia_feature_get_state(userdata) == FASCIA_STATE_READY;
}

static bool has_heard(void *userdata) {
        return strstr(heard, userdata) != NULL;
}

static int set_up(void **state) {
        static Fixture f;
        void *harness = NULL;

        heard[0] = '\0';
        assert_int_equal(harness_setup(&harness), 0);
        f.harness = harness;
        harness_start_fasciad(f.harness, SIMULATED, NULL);
        setenv("FASCIA_ADDRESS", harness_get_address(f.harness), 1);
        assert_int_equal(fascia_client_new(&f.client), 0);
        assert_int_equal(language_speaker_new(f.client, &f.speaker), 0);
        dispatch_until(f.client, is_ready, language_speaker_feature(f.speaker));
        *state = &f;
        return 0;
}

static int tear_down(void **state) {
        Fixture *f = *state;
        void *harness = f->harness;

        language_speaker_free(f->speaker);
        fascia_client_free(f->client);
        return harness_teardown(&harness);
}

static void on_set(struct language_speaker *s, const struct fascia_error *error, void *userdata) {
        (void)s;
        hear(error ? error->message : userdata);
}

/* ---- values ---- */

static void start_values_arrive(void **state) {
        const Fixture *f = *state;
        const struct fascia_variant *something = language_speaker_get_something(f->speaker);
        const struct fascia_variant_map *entries;
        const struct fascia_variant_list *list;
        const struct fascia_int32_map *counts = language_speaker_get_counts(f->speaker);
        const struct language_sentence_map *book = language_speaker_get_book(f->speaker);
        const struct common_position *position = language_speaker_get_position(f->speaker);
        int64_t integer;
        const char *text;
        double real;

        assert_string_equal(fascia_variant_get_signature(something), "a{sv}");
        entries = something->value;
        assert_int_equal(entries->count, 3);
        assert_int_equal(fascia_variant_get_int(&entries->items[0].value, &integer), 0);
        assert_int_equal(integer, 1);
        assert_string_equal(fascia_variant_get_signature(&entries->items[1].value), "av");
        list = entries->items[1].value.value;
        assert_int_equal(list->count, 3);
        assert_int_equal(fascia_variant_get_real(&list->items[2], &real), 0);
        assert_true(real == 2.5);
        assert_int_equal(fascia_variant_get_string(&entries->items[2].value, &text), 0);
        assert_string_equal(text, "1");
        assert_int_equal(counts->count, 2);
        assert_string_equal(counts->items[0].key, "a");
        assert_int_equal(counts->items[0].value, 1);
        assert_int_equal(book->count, 1);
        assert_string_equal(book->items[0].value.text, "a");
        assert_int_equal(book->items[0].value.mood, LANGUAGE_MOOD_GLAD);
        assert_string_equal(position->label, "from the annotations");
        assert_int_equal(language_speaker_get_octet(f->speaker), 200);
        assert_true(language_speaker_get_far(f->speaker) == INT64_MIN);
        assert_true(language_speaker_get_farther(f->speaker) == UINT64_MAX);
        assert_string_equal(language_speaker_get_object(f->speaker), "/org/example");
        assert_string_equal(language_speaker_get_serial_number(f->speaker), "0815");
        assert_int_equal(language_speaker_get_layer(f->speaker),
                         COMMON_LAYER_ROAD | COMMON_LAYER_WATER);
        assert_string_equal(language_speaker_get_listener(f->speaker), "/");
}

static void on_places(struct language_speaker *s, const struct language_common_position_map *value,
                      void *userdata) {
        (void)userdata;
        assert_ptr_equal(value, language_speaker_get_places(s));
        for (size_t i = 0; i < value->count; i++)
                hear(value->items[i].key);
}

static void a_map_is_set_and_comes_back_sorted(void **state) {
        const Fixture *f = *state;
        const struct language_speaker_listener listener = { .places_changed = on_places };
        const struct common_position here = COMMON_POSITION_INIT;
        const struct language_common_position_map_entry entries[] = {
                { "work", here },
                { "home", { 1, 2, COMMON_QUALITY_POOR, "door" } },
        };
        const struct language_common_position_map map = { entries, 2 };
        const struct language_common_position_map *kept;

        language_speaker_add_listener(f->speaker, &listener, NULL);
        assert_int_equal(language_speaker_set_places(f->speaker, &map, on_set, "set", NULL), 0);
        dispatch_until(f->client, has_heard, "set");
        assert_string_equal(heard, "home work set ");
        kept = language_speaker_get_places(f->speaker);
        assert_string_equal(kept->items[0].value.label, "door");
        assert_string_equal(kept->items[1].value.label, "here");
        assert_true(kept->items[1].value.latitude == 48.1);
}

static void a_var_holds_what_it_is_given(void **state) {
        const Fixture *f = *state;
        const char *words[] = { "one", "two" };
        const struct language_sentence sentence = {
                "text", { words, 2 }, LANGUAGE_MOOD_SAD, { NULL, NULL }
        };
        const struct fascia_variant var = { &language_sentence_type, &sentence };
        const struct language_sentence *got;

        assert_int_equal(language_speaker_set_anything(f->speaker, &var, on_set, "set", NULL), 0);
        dispatch_until(f->client, has_heard, "set");
        got = fascia_variant_get(language_speaker_get_anything(f->speaker),
                                 &language_sentence_type);
        assert_non_null(got);
        assert_string_equal(got->text, "text");
        assert_int_equal(got->words.count, 2);
        assert_string_equal(got->words.items[1], "two");
        assert_int_equal(got->mood, LANGUAGE_MOOD_SAD);
        assert_null(got->rest.type);
}

static void a_map_with_a_key_twice_is_refused_before_it_is_sent(void **state) {
        const Fixture *f = *state;
        const struct fascia_string_map_entry entries[] = { { "a", "1" }, { "a", "2" } };
        const struct fascia_string_map map = { entries, 2 };

        assert_true(language_speaker_set_labels(f->speaker, &map, on_set, "set", NULL) < 0);
}

static void an_announcement_without_value_is_fetched(void **state) {
        const Fixture *f = *state;

        assert_int_equal(language_speaker_set_far(f->speaker, 5, on_set, "set", NULL), 0);
        dispatch_until(f->client, has_heard, "set");
        for (unsigned i = 0; i < 100 && language_speaker_get_far(f->speaker) != 5; i++)
                assert_true(fascia_client_wait(f->client, 1000000) >= 0);
        assert_true(language_speaker_get_far(f->speaker) == 5);
}

static void what_is_not_announced_is_seen_when_it_is_asked_for(void **state) {
        const Fixture *f = *state;

        assert_int_equal(language_speaker_set_farther(f->speaker, 7, on_set, "set", NULL), 0);
        dispatch_until(f->client, has_heard, "set");
        assert_int_equal(fascia_feature_refresh(language_speaker_feature(f->speaker)), 0);
        for (unsigned i = 0; i < 100 && language_speaker_get_farther(f->speaker) != 7; i++)
                assert_true(fascia_client_wait(f->client, 1000000) >= 0);
        assert_true(language_speaker_get_farther(f->speaker) == 7);
}

/* ---- operations ---- */

static void on_say(struct language_speaker *s, const struct fascia_error *error, uint64_t result,
                   void *userdata) {
        char text[32];

        (void)s;
        (void)userdata;
        snprintf(text, sizeof(text), "said:%u", (unsigned)result);
        hear(error ? error->message : text);
}

static void on_listen(struct language_speaker *s, const struct fascia_error *error,
                      const struct language_sentence *result, void *userdata) {
        (void)s;
        (void)userdata;
        assert_null(error);
        hear(result->words.count == 0 && result->rest.type == NULL ? "listened" : "wrong");
}

static void on_convert(struct language_speaker *s, const struct fascia_error *error,
                       const struct fascia_variant *result, void *userdata) {
        (void)s;
        (void)userdata;
        assert_null(error);
        hear(result->type ? "wrong" : "converted");
}

/* say() is there to be deprecated. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static void operations_take_and_give_every_type(void **state) {
        const Fixture *f = *state;
        const int32_t number = 5;
        const struct fascia_variant var = { fascia_basic_type('i'), &number };
        const struct fascia_variant_map_entry entry = { "key", var };
        const struct fascia_variant_map options = { &entry, 1 };
        const struct fascia_variant_list more = { &var, 1 };

        assert_int_equal(language_speaker_say(f->speaker, "hello", 3, "/here", on_say, NULL, NULL),
                         0);
        assert_int_equal(language_speaker_listen(f->speaker, on_listen, NULL, NULL), 0);
        assert_int_equal(
                language_speaker_convert(f->speaker, &var, &options, &more, on_convert, NULL, NULL),
                0);
        dispatch_until(f->client, has_heard, "converted");
        assert_string_equal(heard, "said:0 listened converted ");
}

/* ---- for everybody ---- */

static void models_say_that_they_are_not_served(void **state) {
        const Fixture *f = *state;
        char *output;
        int status;

        output = harness_run(f->harness, &status,
                             "busctl call Test.Language1 /Test/Language1/TheSpeaker/_models/track "
                             "org.example.Speaker.Track Fetch uu 0 10");
        assert_int_equal(status, 1);
        assert_non_null(strstr(output, "does not serve models"));
        free(output);
        output = harness_run(f->harness, &status,
                             "busctl get-property Test.Language1 /Test/Language1/TheSpeaker "
                             "org.example.Speaker Track");
        assert_string_equal(output, "o \"/Test/Language1/TheSpeaker/_models/track\"\n");
        free(output);
}

static void zones_of_the_annotations_are_served(void **state) {
        const Fixture *f = *state;
        char *output;
        int status;

        output = harness_run(f->harness, &status,
                             "busctl get-property Test.Language1 /Test/Language1/Listener/Right "
                             "Test.Language1.Listener Awake");
        assert_string_equal(output, "b false\n");
        free(output);
        output = harness_run(f->harness, &status,
                             "busctl get-property Test.Language1 /Test/Language1/Listener/Left "
                             "Test.Language1.Listener Awake");
        assert_string_equal(output, "b true\n");
        free(output);
}

static void an_object_is_a_feature_by_its_path(void **state) {
        const Fixture *f = *state;
        struct language_listener *listener = NULL;

        assert_int_equal(language_speaker_set_listener(f->speaker, "/Test/Language1/Listener/Right",
                                                       on_set, "set", NULL),
                         0);
        dispatch_until(f->client, has_heard, "set");
        assert_int_equal(language_listener_new_at(
                                 f->client, language_speaker_get_listener(f->speaker), &listener),
                         0);
        dispatch_until(f->client, is_ready, language_listener_feature(listener));
        assert_false(language_listener_get_awake(listener));
        language_listener_free(listener);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(start_values_arrive),
                TEST(a_map_is_set_and_comes_back_sorted),
                TEST(a_var_holds_what_it_is_given),
                TEST(a_map_with_a_key_twice_is_refused_before_it_is_sent),
                TEST(an_announcement_without_value_is_fetched),
                TEST(what_is_not_announced_is_seen_when_it_is_asked_for),
                TEST(operations_take_and_give_every_type),
                TEST(models_say_that_they_are_not_served),
                TEST(zones_of_the_annotations_are_served),
                TEST(an_object_is_a_feature_by_its_path),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
