-- SPDX-License-Identifier: MIT
-- A cabin for Vehicle.Climate; SimulationScript= of the module names this file.
--
-- Each zone becomes as warm as it is to be: the faster, the more air there is, and the less of that comes from outside. The
-- engine of Vehicle.Cluster heats it, where that is simulated in the same process.

local climate = sim.feature "Vehicle.Climate.ClimateControl"
local cluster = sim.feature "Vehicle.Cluster.InstrumentCluster"

local STEP = 1 -- s
local STEPS = 10 -- that one °C has; what changes by less is no news

-- Of the difference that is left, what goes in a second: by each step of the fan, and through the windows.
local FAN, WINDOWS = 0.008, 0.002

-- How much of what is blown counts: air of the cabin is nearly right already.
local share = { Off = 0.7, Automatic = 1, On = 1.3 }

-- What the heater can give: all of it from 70 °C of coolant on, nothing up to 30.
local function heat()
    local coolant = cluster.coolantTemperature or 90
    return math.max(0, math.min(1, (coolant - 30) / 40))
end

-- To which temperature air takes the zone, and which part of the difference in a second.
local function air(zone, cabin, outside)
    local goal = zone.targetTemperature or cabin
    local strength = FAN * (zone.fanLevel or 0) * (share[zone.recirculation] or 1)

    if goal > cabin then
        strength = strength * heat()
    elseif not zone.airConditioning then
        -- Without the compressor nothing is cooler than what is outside.
        goal = math.max(goal, math.min(cabin, outside))
    end
    -- The control makes up for the windows, when it has any air to do it with.
    if strength < WINDOWS then
        return outside, WINDOWS
    end
    return goal, strength
end

-- By zone, what the steps add up to.
local exact = {}

local function round(value)
    return math.floor(value * STEPS + 0.5) / STEPS
end

-- nil: it has no temperature. One that somebody else has reported counts.
local function move(name, outside)
    local zone = climate:zone(name)
    local told, cabin = zone.cabinTemperature, exact[name]
    if not told then
        return
    end
    if not cabin or math.abs(cabin - told) * STEPS > 1 then
        cabin = told
    end
    local goal, strength = air(zone, cabin, outside)
    exact[name] = cabin + (goal - cabin) * strength * STEP
    zone.cabinTemperature = round(exact[name])
    return exact[name]
end

sim.every(STEP, function()
    local outside = climate.outsideTemperature or 15
    local sum, n = 0, 0
    for _, name in ipairs(climate:zones()) do
        local cabin = move(name, outside)
        if cabin then
            sum, n = sum + cabin, n + 1
        end
    end
    if n > 0 and climate.cabinTemperature then
        climate.cabinTemperature = round(sum / n)
    end
end)

-- The weather changes slowly.
sim.every(10, function()
    local outside = climate.outsideTemperature
    if outside then
        climate.outsideTemperature = math.max(-10, math.min(35, round(outside + sim.random(-1, 1) / STEPS)))
    end
end)
