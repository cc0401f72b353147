# SPDX-License-Identifier: MIT
# box.py LINK: the box that daemon/examples/tyres is for, on a pseudo terminal. It speaks ten times in a second, of a tyre that is low when
# there is a file LINK.low, and is unplugged when there is LINK.unplug.
import os, pty, select, sys, tty
link = sys.argv[1]
box, line = pty.openpty()
tty.setraw(line)
os.symlink(os.ttyname(line), link + ".new")
os.rename(link + ".new", link)
while not os.path.exists(link + ".unplug"):
    os.write(box, b"noise\nFrontLeft %s\n" % (b"150" if os.path.exists(link + ".low") else b"231.5"))
    if select.select([box], [], [], 0.1)[0] and b"CAL" in os.read(box, 100):
        os.write(box, b"CAL 4\n")
