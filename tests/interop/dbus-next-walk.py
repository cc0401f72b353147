#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Walks through a whole service with dbus-next, knowing nothing but its introspection files:
dbus-next-walk.py [--echo] BUS-NAME MODULE-PATH FILE…

Every object must be what the files say: the same introspection, values and signals of the types that are
declared, calls that answer with theirs, errors where values are absent or not to be set. --echo: the backend
is tests/interop/echo.c, so that every property has a value and every call emits all signals."""

import asyncio
import sys
import xml.etree.ElementTree as ElementTree

from dbus_next import BusType, Message, MessageType, Variant
from dbus_next.aio import MessageBus
from dbus_next.introspection import Node
from dbus_next.signature import SignatureTree

PROPERTIES = "org.freedesktop.DBus.Properties"
READ_ONLY = "org.freedesktop.DBus.Error.PropertyReadOnly"


class Mismatch(Exception):
    """Something is not as the files say."""


def expect(condition, text):
    if not condition:
        raise Mismatch(text)


def annotation(element, name):
    return next((a.get("value") for a in element.findall("annotation") if a.get("name") == name), None)


def empty_value(kind):
    """The simplest value of a type from a SignatureTree."""
    if kind.token == "a":
        entry = kind.children[0].token
        return {} if entry == "{" else b"" if entry == "y" else []
    if kind.token == "(":
        return [empty_value(child) for child in kind.children]
    simple = {"s": "", "o": "/", "g": "", "b": False, "d": 0.0, "v": Variant("s", "anything")}
    return simple.get(kind.token, 0)


def argument(element):
    """An argument that a service must accept: of an enum its first member."""
    members = annotation(element, "org.fascia.Enum")
    if members and element.get("type") == "i":
        return int(members.split()[0].split("=")[1])
    return empty_value(SignatureTree(element.get("type")).types[0])


class Interface:
    """What a file declares."""

    def __init__(self, element):
        self.element = element
        self.name = element.get("name")
        self.text = ElementTree.canonicalize(ElementTree.tostring(element), strip_text=True)
        self.properties = {p.get("name"): p for p in element.findall("property")}
        self.signals = {s.get("name"): self.signature(s) for s in element.findall("signal")}

    @staticmethod
    def signature(element, direction=None):
        return "".join(a.get("type") for a in element.findall("arg") if direction in (None, a.get("direction")))

    def check_values(self, where, values):
        for name, value in values.items():
            expect(name in self.properties, f"{where}: {name} is not declared")
            declared = self.properties[name].get("type")
            expect(value.signature == declared, f"{where}.{name}: {value.signature}, not {declared}")


def read_interfaces(text):
    return {i.get("name"): Interface(i) for i in ElementTree.fromstring(text).findall("interface")}


class Walker:
    def __init__(self, bus, name, declared, echo):
        self.bus, self.name, self.declared, self.echo = bus, name, declared, echo
        self.heard = []
        self.mismatch = None
        self.n_changes = 0

    async def call(self, path, interface, member, signature="", body=(), error=None):
        """The arguments of the answer; with error, it must be that."""
        message = Message(destination=self.name, path=path, interface=interface, member=member,
                          signature=signature, body=list(body))
        reply = await self.bus.call(message)
        where = f"{member} of {interface} at {path}"
        if error:
            expect(reply.error_name == error, f"{where}: {reply.error_name or 'no error'}, not {error}")
            return None
        expect(reply.message_type == MessageType.METHOD_RETURN, f"{where}: {reply.error_name}: {reply.body}")
        return reply

    def on_message(self, message):
        try:
            self.check_message(message)
        except Mismatch as mismatch:
            # The library would log it and go on.
            self.mismatch = self.mismatch or mismatch

    def check_message(self, message):
        if message.message_type != MessageType.SIGNAL:
            return
        if message.member == "PropertiesChanged" and message.body[0] in self.declared:
            self.declared[message.body[0]].check_values("PropertiesChanged", message.body[1])
            self.n_changes += 1
        elif message.interface in self.declared:
            signals = self.declared[message.interface].signals
            expect(signals.get(message.member) == message.signature,
                   f"{message.member}: {message.signature}, not {signals.get(message.member)}")
            self.heard.append(message.member)

    async def walk(self, module_path):
        rule = f"type='signal',sender='{self.name}',path_namespace='{module_path}'"
        self.bus.add_message_handler(self.on_message)
        await self.bus.call(Message(destination="org.freedesktop.DBus", path="/org/freedesktop/DBus",
                                    interface="org.freedesktop.DBus", member="AddMatch", signature="s", body=[rule]))
        reply = await self.call(module_path, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")
        seen = set()
        for path, interfaces in reply.body[0].items():
            seen |= interfaces.keys() & self.declared.keys()
            self.check_managed(path, interfaces)
            await self.walk_object(path, interfaces)
        missing = self.declared.keys() - seen
        expect(not missing, f"no object has {missing}")
        if self.mismatch:
            raise self.mismatch

    def check_managed(self, path, interfaces):
        feature = interfaces.get("org.fascia.Feature1")
        if feature:
            state = [feature[k].value for k in ("State", "Error")]
            expect(state == ["ready", ""], f"{path} is {': '.join(state)}")
        for name in interfaces.keys() & self.declared.keys():
            self.declared[name].check_values(f"{path} {name}", interfaces[name])

    async def walk_object(self, path, interfaces):
        text = (await self.call(path, "org.freedesktop.DBus.Introspectable", "Introspect")).body[0]
        # The library's own reading, and one that keeps annotations.
        proxy = self.bus.get_proxy_object(self.name, path, Node.parse(text))
        served = read_interfaces(text)
        for name, values in interfaces.items():
            expect(name in served, f"{path}: {name} is not in the introspection")
            proxy.get_interface(name)
            served[name].check_values(f"{path} {name}", values)
            if name in self.declared:
                expect(served[name].text == self.declared[name].text,
                       f"{path}: not as in the file:\n{served[name].text}\n{self.declared[name].text}")
                await self.walk_properties(path, self.declared[name], values)
                await self.walk_methods(path, self.declared[name])

    async def walk_properties(self, path, interface, values):
        found = (await self.call(path, PROPERTIES, "GetAll", "s", [interface.name])).body[0]
        expect(found.keys() == values.keys(), f"{path}: GetAll has {found.keys()}, not {values.keys()}")
        for name, element in interface.properties.items():
            key = [interface.name, name]
            if name not in values:
                expect(not self.echo, f"{path}: {name} has no value")
                await self.call(path, PROPERTIES, "Get", "ss", key, "org.fascia.Error.Unsupported")
                continue
            got = (await self.call(path, PROPERTIES, "Get", "ss", key)).body[0]
            interface.check_values(path, {name: got})
            writable = element.get("access") == "readwrite"
            await self.call(path, PROPERTIES, "Set", "ssv", [*key, got], None if writable else READ_ONLY)
            if writable and element.get("type") == "b":
                await self.toggle(path, key, got.value)

    async def toggle(self, path, key, value):
        """The change is announced before the answer."""
        before = self.n_changes
        await self.call(path, PROPERTIES, "Set", "ssv", [*key, Variant("b", not value)])
        expect(self.n_changes > before, f"{path}: the change of {key[1]} is not announced")

    async def walk_methods(self, path, interface):
        for method in interface.element.findall("method"):
            arguments = [a for a in method.findall("arg") if a.get("direction") != "out"]
            self.heard.clear()
            reply = await self.call(path, interface.name, method.get("name"), interface.signature(method, "in"),
                                    [argument(a) for a in arguments])
            declared = interface.signature(method, "out")
            expect(reply.signature == declared, f"{method.get('name')}: {reply.signature}, not {declared}")
            if self.echo:
                expect(self.heard == list(interface.signals), f"{method.get('name')}: signals {self.heard}")


async def main(arguments):
    echo = arguments[0] == "--echo"
    name, module_path, *files = arguments[echo:]
    declared = {}
    for file in files:
        with open(file, encoding="utf-8") as f:
            text = f.read()
        Node.parse(text)
        declared.update(read_interfaces(text))
    bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    await Walker(bus, name, declared, echo).walk(module_path)
    bus.disconnect()


if __name__ == "__main__":
    try:
        asyncio.run(asyncio.wait_for(main(sys.argv[1:]), 60))
    except Mismatch as mismatch:
        sys.exit(str(mismatch))
    except asyncio.TimeoutError:
        sys.exit("no answer in time")
