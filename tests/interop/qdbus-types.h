/* SPDX-License-Identifier: MIT */
/* The structs of the features that qdbus-client.cpp uses, as QtDBus wants them: whoever uses
 * qdbusxml2cpp writes these, since the introspection data only names them. */
#pragma once

#include <QtDBus>

struct Warning {
        int id;
        int severity;
        QString text;
};
Q_DECLARE_METATYPE(Warning)

struct Point {
        double x;
        double y;
};
Q_DECLARE_METATYPE(Point)

struct Dish {
        int no;
        QString text;
        uint flags;
        QList<int> list;
        Point at;
};
Q_DECLARE_METATYPE(Dish)

inline QDBusArgument &operator<<(QDBusArgument &a, const Warning &w) {
        a.beginStructure();
        a << w.id << w.severity << w.text;
        a.endStructure();
        return a;
}

inline const QDBusArgument &operator>>(const QDBusArgument &a, Warning &w) {
        a.beginStructure();
        a >> w.id >> w.severity >> w.text;
        a.endStructure();
        return a;
}

inline QDBusArgument &operator<<(QDBusArgument &a, const Point &p) {
        a.beginStructure();
        a << p.x << p.y;
        a.endStructure();
        return a;
}

inline const QDBusArgument &operator>>(const QDBusArgument &a, Point &p) {
        a.beginStructure();
        a >> p.x >> p.y;
        a.endStructure();
        return a;
}

inline QDBusArgument &operator<<(QDBusArgument &a, const Dish &d) {
        a.beginStructure();
        a << d.no << d.text << d.flags << d.list << d.at;
        a.endStructure();
        return a;
}

inline const QDBusArgument &operator>>(const QDBusArgument &a, Dish &d) {
        a.beginStructure();
        a >> d.no >> d.text >> d.flags >> d.list >> d.at;
        a.endStructure();
        return a;
}
