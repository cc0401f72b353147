/* SPDX-License-Identifier: MIT */
/* Uses real features through what sdbus-c++-xml2cpp makes of their introspection files: values, enums and
 * flags, setting, changes, errors, structs, signals. Status 0: all was as expected. */
#include "Example.Remote1.ProcessingService-proxy.h"
#include "Test.Kitchen1.Cook-proxy.h"
#include "Vehicle.Climate1.ClimateControl-proxy.h"
#include "Vehicle.Cluster1.InstrumentCluster-proxy.h"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <sdbus-c++/sdbus-c++.h>

#define CHECK(condition)                                                                          \
        do {                                                                                      \
                if (!(condition)) {                                                               \
                        std::fprintf(stderr, "%s:%d: not: %s\n", __FILE__, __LINE__, #condition); \
                        std::exit(1);                                                             \
                }                                                                                 \
        } while (false)

using Warning = sdbus::Struct<int32_t, int32_t, std::string>;
using Point = sdbus::Struct<double, double>;
using DishStruct = sdbus::Struct<int32_t, std::string, uint32_t, std::vector<int32_t>, Point>;
using Values = std::map<std::string, sdbus::Variant>;

/* What the thread of the connection hears, for the one that waits for it. */
template <typename T> class Queue {
      public:
        void push(const T &item) {
                std::lock_guard<std::mutex> guard(mutex);

                items.push_back(item);
                condition.notify_one();
        }

        T pop() {
                std::unique_lock<std::mutex> lock(mutex);
                T item;

                CHECK(condition.wait_for(lock, std::chrono::seconds(20),
                                         [this] { return !items.empty(); }));
                item = items.front();
                items.pop_front();
                return item;
        }

      private:
        std::mutex mutex;
        std::condition_variable condition;
        std::deque<T> items;
};

/* Every feature has properties, whose changes are kept. */
template <typename Interface>
class Proxy : public sdbus::ProxyInterfaces<Interface, sdbus::Properties_proxy> {
      public:
        Queue<Values> changes;

        Proxy(sdbus::IConnection &connection, const char *name, const char *path)
            : sdbus::ProxyInterfaces<Interface, sdbus::Properties_proxy>(connection, name, path) {
        }

      protected:
        void onPropertiesChanged(const std::string &, const Values &values,
                                 const std::vector<std::string> &) override {
                changes.push(values);
        }
};

template <typename Interface> class Feature : public Proxy<Interface> {
      public:
        Feature(sdbus::IConnection &connection, const char *name, const char *path)
            : Proxy<Interface>(connection, name, path) {
                this->registerProxy();
        }

        ~Feature() {
                this->unregisterProxy();
        }
};

/* ---- a zone: properties, an enum, flags, bounds ---- */

static void use_climate(sdbus::IConnection &connection) {
        Feature<Vehicle::Climate1::ClimateControl_proxy> zone(
                connection, "Vehicle.Climate1", "/Vehicle/Climate1/ClimateControl/FrontLeft");
        std::string error;

        CHECK(zone.TargetTemperature() == 21.5);
        CHECK(zone.Recirculation() == 2);
        CHECK(zone.Airflow() == 0x6u);
        CHECK(zone.AirConditioning());

        zone.TargetTemperature(23.5);
        CHECK(zone.changes.pop().at("TargetTemperature").get<double>() == 23.5);
        CHECK(zone.TargetTemperature() == 23.5);
        zone.Recirculation(1);
        CHECK(zone.changes.pop().at("Recirculation").get<int32_t>() == 1);

        try {
                zone.TargetTemperature(99);
        } catch (const sdbus::Error &e) {
                error = e.getName();
        }
        CHECK(error == "org.fascia.Error.OutOfRange");
        CHECK(zone.TargetTemperature() == 23.5);
}

/* ---- calls, structs, signals ---- */

static void use_remote(sdbus::IConnection &connection) {
        Feature<Example::Remote1::ProcessingService_proxy> service(
                connection, "Example.Remote1", "/Example/Remote1/ProcessingService");

        CHECK(service.Process("hello") == 5);
        CHECK(service.changes.pop().at("LastMessage").get<std::string>() == "hello");
        CHECK(service.LastMessage() == "hello");
}

class Cluster : public Proxy<Vehicle::Cluster1::InstrumentCluster_proxy> {
      public:
        Queue<Warning> warnings;

        explicit Cluster(sdbus::IConnection &connection)
            : Proxy(connection, "Vehicle.Cluster1", "/Vehicle/Cluster1/InstrumentCluster") {
                registerProxy();
        }

        ~Cluster() {
                unregisterProxy();
        }

      protected:
        void onWarningRaised(const Warning &warning) override {
                warnings.push(warning);
        }
};

static void use_cluster(sdbus::IConnection &connection) {
        const Warning sample = { -2, 2, "Grüße" };
        Cluster cluster(connection);

        CHECK(cluster.Warnings() == std::vector<Warning>({ sample, sample }));
        CHECK(cluster.Acknowledge(7));
        CHECK(cluster.warnings.pop() == sample);
}

class Cook : public Proxy<Test::Kitchen1::Cook_proxy> {
      public:
        Queue<Point> moves;

        explicit Cook(sdbus::IConnection &connection)
            : Proxy(connection, "Test.Kitchen1", "/Test/Kitchen1/Cook/Front_20Left") {
                registerProxy();
        }

        ~Cook() {
                unregisterProxy();
        }

      protected:
        void onRang() override {
        }

        void onCooked(const DishStruct &, const std::vector<int32_t> &,
                      const std::vector<DishStruct> &, const int32_t &, const uint32_t &,
                      const uint64_t &, const bool &, const std::string &,
                      const double &) override {
        }

        void onMoved(const Point &to) override {
                moves.push(to);
        }
};

static void use_kitchen(sdbus::IConnection &connection) {
        const std::vector<std::vector<int32_t>> numbers = { { 1, -2 }, {}, { 3 } };
        const DishStruct dish = { 4, "four", 3, std::vector<int32_t>({ 1, 2 }), Point(0.5, -1) };
        Cook cook(connection);

        CHECK(cook.Matrix(numbers) == numbers);
        CHECK(cook.Everything(true, 1, 0.5, "s", 5, 1, 1, dish, { dish }, numbers, { 1, 2 },
                              { "a" }, { true, false }) == dish);
        while (cook.moves.pop() != Point(1, 2)) /* Matrix() made a signal, too */
                ;
        CHECK(cook.Move({ 1.5, -2 }) == Point(1.5, -2));
        CHECK(cook.moves.pop() == Point(1.5, -2));
        cook.Dish(dish);
        CHECK(cook.Dish() == dish);
}

int main() {
        auto connection = sdbus::createSystemBusConnection();

        connection->enterEventLoopAsync();
        use_climate(*connection);
        use_remote(*connection);
        use_cluster(*connection);
        use_kitchen(*connection);
        connection->leaveEventLoop();
        return 0;
}
