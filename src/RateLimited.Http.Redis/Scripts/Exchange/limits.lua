-- Every kind of limit: when a cost may go, and what going takes.

-- How many windows in a row, with the last one that was told of, went to us and to nobody else. Two say that the next one is ours alone: the first may have been heard of when it was almost over.
local function proofs_of(l, now)
  local is_proof = l.told_till + l.lasts > now and l.ours >= l.quota - floor(l.quota / PROVING_PART) and not l.owners[OTHERS]
  return is_proof and min(l.proofs + 1, PROOF) or 0
end

-- In how much time so much of a quota flows back, rounded up. Its terms are such that the products are exact.
local function time_of(l, amount)
  return amount * l.one + ceil(amount * l.one_parts / l.parts)
end

-- Whether no more goes before the first answer than a small part of what was not heard of for long.
local function must_ask(l, now, under_way)
  return l.asks_till > now and l.held > 0 and under_way > max(floor(l.quota / FIRST_PART), 1)
end

-- How many more leases there may be. Of a quota that others use too, or may use as far as is known, a part of what is left, and one when none is held.
local function free(l, now)
  local said = l.owners[UPSTREAM]
  local used = said and said.held or 0
  local left, held = l.quota - used, l.held - used
  local parts = (l.owners[OTHERS] or l.doubt_till > now) and l.parts * PART_AT_ONCE or l.parts
  if parts > 1 and held > 0 and left > 0 then left = max(floor(left / parts), 1) end
  return left - held
end

-- Every kind: the first instant, now or later, at which the cost may go. A bucket is told the cost's time.
local function earliest(l, now, cost, ticks, parts)
  local kind = l.kind
  if kind == RESTS or kind == LEARNED then
    -- Whoever asks says what it has heard last: of what was said since it hears before it may go.
    return l.stamp > ticks and NEVER or now
  end
  if kind == LEASES then
    if cost <= free(l, now) then return now end
    local said = l.owners[UPSTREAM]
    return said and cost > l.quota - said.held and said.till or NEVER
  end
  if kind == FLOW then
    local under_way = l.held + cost
    if under_way > l.quota then return NEVER end
    local first = max(now, l.mark + time_of(l, under_way) - l.window)
    return must_ask(l, now, under_way) and max(first, l.asks_till) or first
  end
  if cost > l.quota then return NEVER end
  if kind == BUCKET then
    -- The first whole microsecond that is not before full + cost - depth.
    local whole, part = l.mark + ticks - l.depth, l.count + parts - l.depth_parts
    if part > 0 then whole = whole + (part <= l.parts and 1 or 2) end
    return whole > now and whole or now
  elseif kind == SLIDING then
    local excess = l.sent.t + l.answered.t + cost - l.quota
    return excess <= 0 and now or expiry(l, excess)
  end
  roll(l, now)
  if now >= l.mark or cost <= room(l, now) then return now end
  return cost <= l.quota - l.late and l.mark or window_end(l, l.mark)
end

-- Takes the cost, whether it may go or not. Returns the receipt.
local function charge(l, now, cost, ticks, parts, owner)
  local kind = l.kind
  l.dirty = true
  if kind == BUCKET then
    local mark, count = l.mark, l.count
    if mark < now then mark, count = now, 0 end
    mark, count = mark + ticks, count + parts
    if count >= l.parts then mark, count = mark + 1, count - l.parts end
    if mark > LARGEST then mark, count = LARGEST, 0 end
    l.mark, l.count = mark, count
    return mark + l.given
  elseif kind == SLIDING then
    return add(l.sent, now, cost, l.spacing_sent)
  elseif kind == FIXED then
    roll(l, now)
    if now >= l.mark then open(l, now + l.window + l.guard, false) end
    l.count = min(l.count + cost, MOST)
    if l.number == 0 then l.number = l.mark end
    if l.anchor > 1 or not is_late(l, now) then return l.number end
    l.late = min(l.late + cost, MOST)
    return -l.number
  end
  local own = l.owners[owner]
  if not own then
    own = {held = 0}
    l.owners[owner] = own
    l.n = l.n + 1
  end
  own.held, own.till = own.held + cost, now + l.ttl
  l.held = l.held + cost
  if kind == FLOW then
    -- The first for long asks what is left.
    if l.patience > 0 and now - max(l.heard_at, l.asks_till) >= l.window then l.asks_till = now + l.patience end
  elseif l.owners[UPSTREAM] then
    l.ours = l.ours + cost
  elseif l.patience > 0 and (l.doubt_till <= l.told_till or l.held == cost) and proofs_of(l, now) < PROOF then
    -- The first of a window that may not be ours alone.
    l.doubt_till = now + l.patience
  end
  return 0
end

-- How much may go now, and the cost of it in a bucket's time. At most a number, less what leaving something to others says.
local extra
local function need_extra()
  extra = function(l, now, want, divisor)
    local n
    if l.kind == BUCKET then
      local ticks = l.mark < now and l.depth + l.depth_parts / l.parts or now + l.depth - l.mark + (l.depth_parts - l.count) / l.parts
      n = floor(min(max(ticks, 0) / (l.one + l.one_parts / l.parts) / divisor, want, floor(LARGEST / l.parts)))
      -- The quotient is off by rounding, which is less than one whatever the numbers are; with the rounding of the terms themselves, two.
      for _ = 1, 4 do
        if n <= 0 then break end
        local parts = n * l.one_parts
        local t, p = n * l.one + floor(parts / l.parts), parts % l.parts
        if earliest(l, now, 0, t, p) <= now then return n, t, p end
        n = n - 1
      end
      return 0, 0, 0
    elseif l.kind == SLIDING then
      n = l.quota - l.sent.t - l.answered.t
    elseif l.kind == FIXED then
      n = room(l, now)
    elseif l.kind == FLOW then
      n = floor((l.window - max(l.mark - now, 0)) / l.window * l.quota)
      -- Off by rounding, which is less than one whatever the numbers are.
      if n > 0 and l.mark + time_of(l, n) - l.window > now then n = n - 1 end
      if l.asks_till > now then n = min(n, max(floor(l.quota / FIRST_PART), 1)) end
      n = n - l.held
    else
      n = free(l, now)
    end
    return max(floor(min(n / divisor, want)), 0), 0, 0
  end
end
