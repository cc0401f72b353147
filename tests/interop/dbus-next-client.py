#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Uses real features through the proxies that dbus-next makes at run time: values, enums and flags, setting,
changes, errors, structs, signals, the objects of a module. Status 0: all was as expected."""

import asyncio
import sys

from dbus_next import BusType, DBusError, Variant
from dbus_next.aio import MessageBus

PROPERTIES = "org.freedesktop.DBus.Properties"


def expect(actual, expected):
    if actual != expected:
        raise AssertionError(f"{actual!r} is not {expected!r}")


async def open_interface(bus, name, path, interface):
    node = await bus.introspect(name, path)
    proxy = bus.get_proxy_object(name, path, node)
    return proxy.get_interface(interface), proxy


async def use_climate(bus):
    """A zone: properties, an enum, flags, bounds."""
    zone, proxy = await open_interface(bus, "Vehicle.Climate1", "/Vehicle/Climate1/ClimateControl/FrontLeft",
                                       "Vehicle.Climate1.ClimateControl")
    expect(await zone.get_target_temperature(), 21.5)
    expect(await zone.get_recirculation(), 2)
    expect(await zone.get_airflow(), 0x6)
    expect(await zone.get_air_conditioning(), True)

    changes = asyncio.Queue()
    proxy.get_interface(PROPERTIES).on_properties_changed(
        lambda interface, values, gone: changes.put_nowait((interface, values, gone)))
    await zone.set_target_temperature(23.5)
    interface, values, _ = await changes.get()
    expect(interface, "Vehicle.Climate1.ClimateControl")
    expect(values["TargetTemperature"], Variant("d", 23.5))
    await zone.set_recirculation(1)
    expect((await changes.get())[1]["Recirculation"], Variant("i", 1))

    try:
        await zone.set_target_temperature(99.0)
    except DBusError as error:
        expect(error.type, "org.fascia.Error.OutOfRange")
    else:
        raise AssertionError("99 degrees were accepted")
    expect(await zone.get_target_temperature(), 23.5)


async def use_objects(bus):
    """One call has the state of all zones, and what has no value is not in it."""
    manager, _ = await open_interface(bus, "Vehicle.Climate1", "/Vehicle/Climate1",
                                      "org.freedesktop.DBus.ObjectManager")
    objects = await manager.call_get_managed_objects()
    feature = "/Vehicle/Climate1/ClimateControl"
    expect(sorted(objects), [feature, *(f"{feature}/{zone}" for zone in ("FrontLeft", "FrontRight", "Rear"))])
    rear = objects[f"{feature}/Rear"]["Vehicle.Climate1.ClimateControl"]
    expect(rear["AirConditioning"], Variant("b", False))
    expect("OutsideTemperature" in rear, False)
    expect(objects[feature]["Vehicle.Climate1.ClimateControl"]["OutsideTemperature"], Variant("d", 12.5))


async def use_remote(bus):
    """A call, and the change that comes before its answer."""
    service, proxy = await open_interface(bus, "Example.Remote1", "/Example/Remote1/ProcessingService",
                                          "Example.Remote1.ProcessingService")
    changes = []
    proxy.get_interface(PROPERTIES).on_properties_changed(lambda interface, values, gone: changes.append(values))
    # The bus has the match rule once it has answered this.
    await service.get_last_message()
    expect(await service.call_process("hello"), 5)
    expect([values["LastMessage"].value for values in changes], ["hello"])


async def use_cluster(bus):
    """Structs in a list and in a signal."""
    cluster, _ = await open_interface(bus, "Vehicle.Cluster1", "/Vehicle/Cluster1/InstrumentCluster",
                                      "Vehicle.Cluster1.InstrumentCluster")
    sample = [-2, 2, "Grüße"]
    expect(await cluster.get_warnings(), [sample, sample])
    warnings = asyncio.Queue()
    cluster.on_warning_raised(warnings.put_nowait)
    expect(await cluster.call_acknowledge(7), True)
    expect(await warnings.get(), sample)


async def use_kitchen(bus):
    """Arguments of every type, and a zone whose name needs escapes."""
    cook, _ = await open_interface(bus, "Test.Kitchen1", "/Test/Kitchen1/Cook/Front_20Left", "Test.Kitchen1.Cook")
    dish = [4, "four", 3, [1, 2], [0.5, -1.0]]
    numbers = [[1, -2], [], [3]]
    expect(await cook.call_everything(True, 1, 0.5, "s", 5, 1, 1, dish, [dish], numbers, [1.0, 2.0], ["a"],
                                      [True, False]), dish)
    expect(await cook.call_matrix(numbers), numbers)
    moves = asyncio.Queue()
    cook.on_moved(moves.put_nowait)
    expect(await cook.call_move([1.5, -2.0]), [1.5, -2.0])
    expect(await moves.get(), [1.5, -2.0])
    await cook.set_dish(dish)
    expect(await cook.get_dish(), dish)


async def main():
    bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    for use in (use_climate, use_objects, use_remote, use_cluster, use_kitchen):
        await use(bus)
    bus.disconnect()


if __name__ == "__main__":
    try:
        asyncio.run(asyncio.wait_for(main(), 40))
    except asyncio.TimeoutError:
        sys.exit("waited in vain")
