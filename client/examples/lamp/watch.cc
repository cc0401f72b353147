// SPDX-License-Identifier: MIT
// Says whether the lamp is lit, once that is known. The same API in C++: handles with an owner, lambdas as callbacks.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

#include <example-lamp-1/lamp.h>

namespace {

struct FreeClient {
        void operator()(fascia_client *client) const {
                fascia_client_free(client);
        }
};

struct FreeLamp {
        void operator()(lamp *l) const {
                lamp_free(l);
        }
};

int run(std::optional<bool> &is_lit) {
        fascia_client *client = nullptr;
        lamp *feature = nullptr;
        lamp_listener listener = {};

        int r = fascia_client_new(&client);
        std::unique_ptr<fascia_client, FreeClient> client_owner(client);
        if (r >= 0)
                r = lamp_new(client, &feature);
        std::unique_ptr<lamp, FreeLamp> owner(feature);
        listener.lit_changed = [](lamp *, bool value, void *userdata) {
                *static_cast<std::optional<bool> *>(userdata) = value;
        };
        if (r >= 0)
                r = lamp_add_listener(feature, &listener, &is_lit);
        while (r >= 0 && !is_lit)
                r = fascia_client_wait(client, UINT64_MAX);
        return r;
}

} // namespace

int main() {
        std::optional<bool> is_lit;

        int r = run(is_lit);
        if (r < 0) {
                std::fprintf(stderr, "lamp-watch: %s\n", std::strerror(-r));
                return EXIT_FAILURE;
        }
        std::printf("lit: %s\n", *is_lit ? "yes" : "no");
        return EXIT_SUCCESS;
}
