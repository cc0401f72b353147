/* SPDX-License-Identifier: MIT */
/* Uses real features through what qdbusxml2cpp makes of their introspection files: values, enums and
 * flags, setting, changes, errors, structs, signals. Status 0: all was as expected. */
#include "Example.Remote1.ProcessingService_proxy.h"
#include "Test.Kitchen1.Cook_proxy.h"
#include "Vehicle.Climate1.ClimateControl_proxy.h"
#include "Vehicle.Cluster1.InstrumentCluster_proxy.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <QTimer>

#define CHECK(condition)                                                          \
        do {                                                                      \
                if (!(condition))                                                 \
                        qFatal("%s:%d: not: %s", __FILE__, __LINE__, #condition); \
        } while (false)

/* Ends the loop when something was heard, and keeps it. */
class Listener : public QObject {
        Q_OBJECT

      public:
        QVariantMap changed;
        Warning warning = {};
        Point point = {};

        void wait(const char *what) {
                QTimer::singleShot(20000, &loop, [what] { qFatal("waited in vain for %s", what); });
                loop.exec();
        }

        void listen(const QDBusAbstractInterface &proxy) {
                CHECK(QDBusConnection::systemBus().connect(
                        proxy.service(), proxy.path(), "org.freedesktop.DBus.Properties",
                        "PropertiesChanged", this,
                        SLOT(onPropertiesChanged(QString, QVariantMap, QStringList))));
        }

      public Q_SLOTS:
        void onPropertiesChanged(const QString &, const QVariantMap &values, const QStringList &) {
                changed = values;
                loop.quit();
        }

        void onWarning(const Warning &w) {
                warning = w;
                loop.quit();
        }

        void onMoved(const Point &p) {
                point = p;
                loop.quit();
        }

      private:
        QEventLoop loop;
};

/* ---- a zone: properties, an enum, flags, bounds ---- */

static void use_climate() {
        VehicleClimate1ClimateControlInterface zone("Vehicle.Climate1",
                                                    "/Vehicle/Climate1/ClimateControl/FrontLeft",
                                                    QDBusConnection::systemBus());
        Listener listener;

        CHECK(zone.isValid());
        CHECK(zone.targetTemperature() == 21.5);
        CHECK(zone.recirculation() == 2);
        CHECK(zone.airflow() == 0x6u);
        CHECK(zone.airConditioning());

        listener.listen(zone);
        zone.setTargetTemperature(23.5);
        listener.wait("the change of a temperature");
        CHECK(listener.changed.value("TargetTemperature").toDouble() == 23.5);
        CHECK(zone.targetTemperature() == 23.5);
        zone.setRecirculation(1);
        listener.wait("the change of an enum");
        CHECK(listener.changed.value("Recirculation").toInt() == 1);

        zone.setTargetTemperature(99);
        CHECK(zone.lastError().name() == "org.fascia.Error.OutOfRange");
        CHECK(zone.targetTemperature() == 23.5);
}

/* ---- calls, structs, signals ---- */

static void use_remote() {
        ExampleRemote1ProcessingServiceInterface service("Example.Remote1",
                                                         "/Example/Remote1/ProcessingService",
                                                         QDBusConnection::systemBus());
        QDBusPendingReply<int> length = service.Process("hello");

        length.waitForFinished();
        CHECK(!length.isError());
        CHECK(length.value() == 5);
        CHECK(service.lastMessage() == "hello");
}

static bool is_sample(const Warning &w) {
        return w.id == -2 && w.severity == 2 && w.text == QString::fromUtf8("Grüße");
}

static void use_cluster() {
        VehicleCluster1InstrumentClusterInterface cluster("Vehicle.Cluster1",
                                                          "/Vehicle/Cluster1/InstrumentCluster",
                                                          QDBusConnection::systemBus());
        QList<Warning> warnings = cluster.warnings();
        QDBusPendingReply<bool> known;
        Listener listener;

        CHECK(warnings.size() == 2);
        CHECK(is_sample(warnings[0]) && is_sample(warnings[1]));

        QObject::connect(&cluster, &VehicleCluster1InstrumentClusterInterface::WarningRaised,
                         &listener, &Listener::onWarning);
        known = cluster.Acknowledge(7);
        listener.wait("a warning");
        CHECK(is_sample(listener.warning));
        known.waitForFinished();
        CHECK(!known.isError() && known.value());
}

static void use_kitchen() {
        TestKitchen1CookInterface cook("Test.Kitchen1", "/Test/Kitchen1/Cook/Front_20Left",
                                       QDBusConnection::systemBus());
        const QList<QList<int>> numbers = { { 1, -2 }, {}, { 3 } };
        const Dish dish = { 4, "four", 3, { 1, 2 }, { 0.5, -1 } };
        QDBusPendingReply<QList<QList<int>>> matrix = cook.Matrix(numbers);
        QDBusPendingReply<Dish> reply;
        QDBusPendingReply<Point> point;
        Listener listener;

        matrix.waitForFinished();
        CHECK(!matrix.isError());
        CHECK(matrix.value() == numbers);

        reply = cook.Everything(true, 1, 0.5, "s", 5, 1, 1, dish, { dish }, numbers, { 1, 2 },
                                { "a" }, { true, false });
        reply.waitForFinished();
        CHECK(!reply.isError());
        CHECK(reply.value().text == "four" && reply.value().at.y == -1);

        QObject::connect(&cook, &TestKitchen1CookInterface::Moved, &listener, &Listener::onMoved);
        point = cook.Move({ 1.5, -2 });
        listener.wait("a signal with a struct");
        CHECK(listener.point.x == 1.5 && listener.point.y == -2);
        point.waitForFinished();
        CHECK(!point.isError() && point.value().x == 1.5);

        cook.setDish(dish);
        CHECK(cook.dish().no == 4 && cook.dish().list == dish.list);
}

int main(int argc, char **argv) {
        QCoreApplication application(argc, argv);

        qDBusRegisterMetaType<Warning>();
        qDBusRegisterMetaType<QList<Warning>>();
        qDBusRegisterMetaType<Point>();
        qDBusRegisterMetaType<Dish>();
        qDBusRegisterMetaType<QList<Dish>>();
        qDBusRegisterMetaType<QList<QList<int>>>();
        qDBusRegisterMetaType<QList<bool>>();
        use_climate();
        use_remote();
        use_cluster();
        use_kitchen();
        return 0;
}

#include "qdbus-client.moc"
