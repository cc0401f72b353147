/* SPDX-License-Identifier: MIT */
/*
 * A client in the event loop of Qt: its descriptor is watched by a QSocketNotifier, which is all there is to do.
 *
 *     c++ -fPIC qt.cpp …/remote-types.o …/remote.o $(pkg-config --cflags --libs fascia Qt5Core)
 */
#include <QCoreApplication>
#include <QSocketNotifier>
#include <QTextStream>

#include <example-remote-1/remote.h>

static void onLastMessage(remote_processing_service *, const char *value, void *) {
    QTextStream(stdout) << "lastMessage: " << value << '\n';
}

static void onProcessed(remote_processing_service *, const fascia_error *error, int32_t result, void *) {
    if (error)
        QTextStream(stdout) << "error: " << error->message << '\n';
    else
        QTextStream(stdout) << "process: " << result << '\n';
    QCoreApplication::quit();
}

int main(int argc, char **argv) {
    QCoreApplication application(argc, argv);
    remote_processing_service_listener listener = {};
    remote_processing_service *service = nullptr;
    fascia_client *client = nullptr;

    if (fascia_client_new(&client) < 0 || remote_processing_service_new(client, &service) < 0)
        return 1;
    // It is readable whenever something is to be done, timeouts included.
    QSocketNotifier notifier(fascia_client_get_fd(client), QSocketNotifier::Read);
    QObject::connect(&notifier, &QSocketNotifier::activated, [client] { fascia_client_dispatch(client); });

    listener.last_message_changed = onLastMessage;
    remote_processing_service_add_listener(service, &listener, nullptr);
    remote_processing_service_process(service, "from Qt", onProcessed, nullptr, nullptr);
    const int status = QCoreApplication::exec();
    notifier.setEnabled(false);
    remote_processing_service_free(service);
    fascia_client_free(client);
    return status;
}
