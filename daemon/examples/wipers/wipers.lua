-- SPDX-License-Identifier: MIT
-- Step 3: what wipers do.

local wipers = sim.feature "Wipers"

local SQUIRT = 0.05 -- l
local STROKE = 0.2 -- s

local function stroke()
    wipers.strokes = wipers.strokes + 1
end

-- ---- moving by themselves ----

local timer

local function move()
    if timer then
        timer:cancel()
        timer = nil
    end
    if wipers.mode ~= "Off" then
        timer = sim.every(wipers.mode == "Steady" and STROKE or wipers.interval, stroke)
    end
end

wipers:on_start(move)
wipers:on_change("mode", move)
wipers:on_change("interval", move)

-- ---- washing ----

wipers:on_call("wash", function(_, squirts)
    local needed = squirts * SQUIRT
    if wipers.fluid < needed then
        sim.fail("TankEmpty", "There are only " .. wipers.fluid .. " l left")
    end
    wipers.fluid = wipers.fluid - needed
    -- Answered when the third stroke is done.
    local reply = sim.later()
    for n = 1, 3 do
        sim.after(n * STROKE, function()
            stroke()
            if n == 3 then
                reply(wipers.fluid)
            end
        end)
    end
end)
