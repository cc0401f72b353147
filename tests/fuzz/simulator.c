/* SPDX-License-Identifier: MIT */
/* What the simulator reads while it runs, fed with anything: scenarios, scripts, faults. */
#include "targets.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <test-language-1/language-types.h>
#include <vehicle-climate-1/climate-types.h>
#include <vehicle-cluster-1/cluster-types.h>

#include "descriptor.h"
#include "host.h"
#include "instance.h"
#include "sim-faults.h"
#include "sim-feature.h"
#include "sim-lua-value.h"
#include "sim-lua.h"
#include "sim-scenario.h"
#include "sim-script.h"
#include "simulator.h"

extern const struct fascia_plugin simulator_plugin;

/* ---- a vehicle, without anybody who looks ---- */

typedef struct Vehicle {
        Loop *loop;
        Host *host;
        Instance *features[3];
        Simulator *simulator;
        int stderr_copy;
} Vehicle;

static void need(int r) {
        if (r < 0)
                abort();
}

/* What scripts say goes nowhere: a fuzzer has its own to say. */
static void silence(Vehicle *v) {
        fflush(stderr);
        v->stderr_copy = dup(STDERR_FILENO);
        need(v->stderr_copy);
        if (!freopen("/dev/null", "we", stderr))
                abort();
}

static void open_vehicle(Vehicle *v) {
        const HostSettings settings = { "/nonexistent", "/nonexistent", false };
        const struct fascia_interface *const interfaces[] = { &climate_interfaces[0],
                                                              &cluster_interfaces[0],
                                                              &language_interfaces[0] };

        silence(v);
        need(loop_new(NULL, &v->loop));
        need(host_new(v->loop, NULL, &settings, &v->host));
        need(host_add_plugin(v->host, &simulator_plugin));
        for (size_t i = 0; i < 3; i++) {
                need(instance_new(v->host, interfaces[i], NULL, NULL, &v->features[i]));
                need(instance_start(v->features[i], "simulator"));
        }
        v->simulator = host_get_plugin_userdata(v->host, "simulator");
        sim_clock_set_paused(simulator_get_clock(v->simulator), true);
}

static void close_vehicle(Vehicle *v) {
        for (size_t i = 0; i < 3; i++)
                instance_free(v->features[i]);
        host_free(v->host);
        loop_unref(v->loop);
        fflush(stderr);
        dup2(v->stderr_copy, STDERR_FILENO);
        close(v->stderr_copy);
}

/* A script may have more to do in that time than there is patience. */
static void pass(Vehicle *v, uint64_t usec) {
        (void)sim_clock_step(simulator_get_clock(v->simulator), usec);
}

/* ---- scenarios ---- */

static void on_end(SimScenario *scenario, void *userdata) {
        (void)scenario;
        *(bool *)userdata = true;
}

void fuzz_scenario(const uint8_t *data, size_t size) {
        bool has_ended = false;
        SimScenario *scenario;
        char *text = NULL;
        Vehicle v;
        int r;

        open_vehicle(&v);
        r = sim_scenario_new(v.simulator, "fuzz", (const char *)data, size, on_end, &has_ended,
                             &scenario, &text);
        if (r >= 0) {
                sim_scenario_start(scenario);
                pass(&v, 10 * SIM_SECOND);
                sim_scenario_stop(scenario);
                if (!has_ended || sim_scenario_get_state(scenario) == SIM_SCENARIO_RUNNING)
                        abort();
                sim_scenario_free(scenario);
        } else if (!text) {
                abort(); /* it has to say why */
        }
        free(text);
        close_vehicle(&v);
}

/* ---- scripts ---- */

/* With all that a script can do, in the time of some seconds, and what comes of calls and sets. */
void fuzz_script(const uint8_t *data, size_t size) {
        SimScriptSettings settings = {
                .path = "fuzz.lua", .text = (const char *)data, .size = size, .libraries = ""
        };
        SimScript *script;
        char *text = NULL;
        Vehicle v;
        int r;

        open_vehicle(&v);
        r = sim_script_new(sim_feature_get_module(simulator_next_feature(v.simulator, NULL)),
                           &settings, &script, &text);
        if (r >= 0) {
                pass(&v, SIM_SECOND);
                sim_script_free(script);
        } else if (!text && r != -ENOMEM) {
                abort();
        }
        free(text);
        close_vehicle(&v);
}

typedef struct Chunk {
        const char *text;
        size_t size;
} Chunk;

/* What is read as a type comes back as the same. */
static void go_around(lua_State *L, const struct fascia_type *type) {
        char *value = malloc(type->size), *again = malloc(type->size), *text = NULL;

        if (!value || !again)
                abort();
        if (sim_lua_read(L, -1, type, value, &text) >= 0) {
                sim_lua_push(L, type, value);
                need(sim_lua_read(L, -1, type, again, &text));
                lua_pop(L, 1);
                fascia_value_clear(type, again);
                fascia_value_clear(type, value);
        } else if (!text) {
                abort();
        }
        free(text);
        free(value);
        free(again);
}

static int evaluate(lua_State *L) {
        const Chunk *chunk = lua_touserdata(L, 1);
        const struct fascia_interface *i = &language_interfaces[0];

        if (luaL_loadbufferx(L, chunk->text, chunk->size, "=fuzz", "t") != LUA_OK)
                return lua_error(L);
        lua_call(L, 0, 1);
        for (uint32_t p = 0; p < i->n_properties; p++)
                if (interface_property(i, p)->type->kind != FASCIA_KIND_MODEL)
                        go_around(L, interface_property(i, p)->type);
        json_decref(sim_lua_to_json(L, -1));
        return 0;
}

void fuzz_lua_value(const uint8_t *data, size_t size) {
        Chunk chunk = { (const char *)data, size };
        char *text = NULL;
        SimLua *lua;

        need(sim_lua_new("", NULL, &lua, &text));
        (void)sim_lua_enter(lua, evaluate, &chunk, &text);
        free(text);
        sim_lua_free(lua);
}
