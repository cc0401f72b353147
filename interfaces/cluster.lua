-- SPDX-License-Identifier: MIT
-- A drive for Vehicle.Cluster; SimulationScript= of the module names this file.
--
-- The car goes round and round: a town, a road, a motorway, a pass, and a pump when it has to. Fuel and temperature move
-- faster than they would, so that half an hour has seen everything. What somebody else reports meanwhile, by
-- org.fascia.Simulation1, is where it goes on from; a value that somebody withdraws stays away until he gives it back.

local cluster = sim.feature "Vehicle.Cluster.InstrumentCluster"

-- Often enough for pointers, seldom enough for the bus.
local STEP = 0.2 -- s

-- Where it goes: how fast, in km/h, and for how many seconds once it is that fast. stop: somebody gets on or off.
local route = {
    { speed = 0, seconds = 2, stop = true },
    { speed = 50, seconds = 14 },
    { speed = 30, seconds = 8 },
    { speed = 50, seconds = 10 },
    { speed = 0, seconds = 6, stop = true },
    { speed = 70, seconds = 20 },
    { speed = 100, seconds = 30 },
    { speed = 130, seconds = 40 },
    { speed = 60, seconds = 35, climb = true },
    { speed = 80, seconds = 20 },
    { speed = 50, seconds = 12 },
}

-- By driveMode: km/h gained in a second, the revolutions at which it shifts, and how much of the usual it drinks.
local modes = {
    Normal = { acceleration = 9, up = 2600, down = 1200, thirst = 1 },
    Sport = { acceleration = 16, up = 4500, down = 2000, thirst = 1.5 },
    Eco = { acceleration = 6, up = 1900, down = 1000, thirst = 0.8 },
}
local BRAKES = 14 -- km/h in a second
local GEARS = { 8, 14, 21, 29, 37, 46 } -- km/h at 1000 revolutions
local IDLE = 800 -- 1/min

local TANK = 4 -- litres; that of a car would take all day
local PUMP = 0.05 -- of the tank, in a second

-- Lit from one value on, and put out at another, so that nothing flickers.
local FUEL_LOW, FUEL_FINE, FUEL_OUT = 0.10, 0.15, 0.03
local TOO_HOT, COOL_AGAIN = 112, 104 -- °C

local LOW_FUEL = { id = 1, severity = "Caution", text = "Fuel is low" }
local OVERHEATED = { id = 2, severity = "Critical", text = "Engine is too hot" }
local DOOR_AJAR = { id = 3, severity = "Caution", text = "Rear left door is ajar" }
local BREAK = { id = 4, severity = "Info", text = "Time for a break" }
local urgency = { Info = 1, Caution = 2, Critical = 3 }

-- What the car knows, and nobody is told.
local leg, leaves, rounds = 1, nil, 0
local gear = 1
local refuels = false
local door_closes
local acknowledged = {}

-- ---- values ----

-- How many steps one has that a pointer takes notice of; what adds up is finer.
local steps = { speed = 10, fuel = 1000, coolantTemperature = 10 }
local exact = {}

-- nil: there is none.
local function get(name)
    local told = cluster[name]
    if told and exact[name] and math.abs(exact[name] - told) * steps[name] < 1 then
        return exact[name]
    end
    return told
end

local function tell(name, value)
    if cluster[name] then
        exact[name] = value
        cluster[name] = math.floor(value * steps[name] + 0.5) / steps[name]
    end
end

-- From one value towards another, by no more than that.
local function approach(value, goal, change)
    return value < goal and math.min(goal, value + change) or math.max(goal, value - change)
end

-- ---- warnings ----

-- Whether it is lit, and where in the list.
local function find(id)
    for i, warning in ipairs(cluster.warnings or {}) do
        if warning.id == id then
            return i
        end
    end
end

-- The most urgent one first; behind them what the driver has taken note of.
local function is_before(a, b)
    if acknowledged[a.id] ~= acknowledged[b.id] then
        return not acknowledged[a.id]
    elseif a.severity ~= b.severity then
        return urgency[a.severity] > urgency[b.severity]
    end
    return a.id < b.id
end

local function show(warnings)
    table.sort(warnings, is_before)
    cluster.warnings = warnings
end

local function light(warning)
    local warnings = cluster.warnings
    if not warnings or find(warning.id) then
        return
    end
    table.insert(warnings, warning)
    show(warnings)
    cluster:emit("warningRaised", warning)
end

local function put_out(warning)
    local at = find(warning.id)
    if at then
        local warnings = cluster.warnings
        table.remove(warnings, at)
        acknowledged[warning.id] = nil
        show(warnings)
    end
end

local function light_if(is_lit, is_over, warning)
    if is_lit then
        light(warning)
    elseif is_over then
        put_out(warning)
    end
end

cluster:on_call("acknowledge", function(_, id)
    local is_there = find(id) ~= nil
    if is_there then
        acknowledged[id] = true
        show(cluster.warnings)
    end
    return is_there
end)

-- ---- the drive ----

-- One in three who get on leave the door ajar until they hear of it.
local function depart()
    if sim.random(3) == 1 then
        door_closes = sim.now() + 8
        light(DOOR_AJAR)
    end
end

local function next_leg()
    if route[leg].stop then
        depart()
    end
    leaves = nil
    leg = leg % #route + 1
    if leg == 1 then
        rounds = rounds + 1
        light_if(rounds % 3 == 0, true, BREAK)
    end
end

-- In km/h.
local function goal()
    if refuels then
        return 0
    end
    return find(OVERHEATED.id) and math.min(40, route[leg].speed) or route[leg].speed
end

local function follow_route(speed)
    if not leaves and speed == goal() and not refuels then
        -- No two rounds are alike.
        leaves = sim.now() + route[leg].seconds * (0.75 + sim.random() / 2)
    elseif leaves and sim.now() >= leaves then
        next_leg()
    end
end

-- In the gear for this speed, in 1/min.
local function revolutions(speed, mode)
    while gear < #GEARS and speed / GEARS[gear] * 1000 > mode.up do
        gear = gear + 1
    end
    while gear > 1 and speed / GEARS[gear] * 1000 < mode.down do
        gear = gear - 1
    end
    -- An engine that idles is never quite still.
    return math.max(IDLE + sim.random(-2, 2) * 10, speed / GEARS[gear] * 1000)
end

-- In litres an hour.
local function consumption(speed, accelerates, mode)
    local work = (accelerates and 2 or 1) * (route[leg].climb and 1.5 or 1)
    return (0.8 + speed * (0.04 + speed * 0.0004)) * work * mode.thirst
end

local function move_fuel(speed, litres)
    local fuel = get "fuel"
    if not fuel then
        return
    end
    refuels = fuel <= FUEL_OUT or (refuels and fuel < 1)
    if refuels and speed == 0 then
        fuel = math.min(1, fuel + PUMP * STEP)
    else
        fuel = math.max(0, fuel - litres / 3600 * STEP / TANK)
    end
    tell("fuel", fuel)
    light_if(fuel <= FUEL_LOW, fuel >= FUEL_FINE, LOW_FUEL)
end

local function move_coolant(rpm)
    local temperature = get "coolantTemperature"
    if not temperature then
        return
    end
    local warm = 84 + rpm / 500 + (route[leg].climb and not refuels and 32 or 0)
    -- The radiator is quicker than the pass.
    local seconds = warm > temperature and 18 or 12
    temperature = temperature + (warm - temperature) * STEP / seconds
    tell("coolantTemperature", temperature)
    light_if(temperature >= TOO_HOT, temperature <= COOL_AGAIN, OVERHEATED)
end

local function step()
    local mode = modes[cluster.driveMode] or modes.Normal
    local before, wanted = get "speed" or 0, goal()
    local accelerates = before < wanted
    local speed = approach(before, wanted, (accelerates and mode.acceleration or BRAKES) * STEP)
    local rpm = revolutions(speed, mode)

    tell("speed", speed)
    if cluster.rpm then
        cluster.rpm = math.floor(rpm / 10) * 10
    end
    follow_route(speed)
    move_fuel(speed, consumption(speed, accelerates, mode))
    move_coolant(rpm)
    if door_closes and sim.now() >= door_closes then
        door_closes = nil
        put_out(DOOR_AJAR)
    end
end

-- Of a door that was ajar when this file was read again nobody knows any more.
cluster:on_start(function()
    put_out(DOOR_AJAR)
end)
sim.every(STEP, step)
