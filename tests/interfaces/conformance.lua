-- The machine of conformance.qface, as a simulation.
local machine = sim.feature "Machine"

machine:on_set("factor", function(f, value)
        return math.floor(value * 2) / 2
end)

machine:on_set("name", function(f, value)
        if f:get "name" == "locked" then
                sim.fail("Busy", "it is locked")
        end
end)

machine:on_call("add", function(f, n)
        if f.count + n > 100 then
                sim.fail("Exhausted", "no more than 100")
        end
        f.count = f.count + n
        f:emit("counted", f.count, f:get "name")
        return f.count
end)

machine:on_call("later", function(f, value)
        local reply = sim.later()
        sim.after(0.005, function()
                f.load = value
                reply()
        end)
end)

machine:on_call("never", function()
        sim.later()
end)

machine:on_call("describe", function(f, id)
        return { id = id, size = #id, mood = f.mood }
end)

machine:on_call("reversed", function(f, numbers)
        local result = {}
        for i = #numbers, 1, -1 do
                result[#result + 1] = numbers[i]
        end
        return result
end)

machine:on_call("refuse", function()
        sim.fail("Busy", "not now")
end)

machine:on_call("addZone", function(f, zone)
        f:add_zone(zone).count = 1
end)

machine:on_call("removeZone", function(f, zone)
        f:remove_zone(zone)
end)
