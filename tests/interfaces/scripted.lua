-- What the tests of scripts begin with: a counter that counts.
local counter = sim.feature "Counter"

counter:on_call("add", function(f, n)
        if f.count + n > f.limit then
                sim.fail("Exhausted", "it ends at " .. f.limit)
        end
        f.count = f.count + n
        f:emit("passed", f.count, f.name)
        return f.count
end)

counter:on_call("wait", function(f, seconds)
        local reply = sim.later()
        sim.after(seconds, reply)
end)
