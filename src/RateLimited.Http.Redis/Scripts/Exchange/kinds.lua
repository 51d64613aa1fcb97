-- What the rest of the script calls things, and its bounds.

local spread = table.unpack or _G.unpack
local sub, rep, max, min, ceil, floor = string.sub, string.rep, math.max, math.min, math.ceil, math.floor
local SCHEMA = 'RLH2'
local NEVER = -1
local BUCKET, SLIDING, FIXED, LEASES, RESTS, FLOW, LEARNED = 1, 2, 3, 4, 5, 6, 9
local ENTRIES = 64                -- of a sliding window's log
local MOST = 70368744177664       -- in an entry: 128 of them stay below 2^53
local LARGEST = 4503599627370496  -- arrival time of a bucket, and product of an amount and of parts
local UPSTREAM = 0                -- whose leases are what an upstream said is used, until its window ends
local OTHERS = -1                 -- whose leases are of nothing: as long as there is one, others use the quota too
local PART_AT_ONCE = 4
local PROOF, PROVING_PART = 2, 2  -- so many windows in a row that went to us, by half at least
local REMEMBERED = 8              -- windows in which nobody else used a quota that flows back
local MOST_BUCKETS = 2            -- of such a quota no more is ever taken to be used
local FIRST_PART = 16             -- of it, this part may be under way before the first answer after a silence
local LONGEST_TTL = 8640000000    -- milliseconds: a hundred days
local LONGEST_REST = 2678400000000  -- of an API key: thirty-one days
