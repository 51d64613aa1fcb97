-- A limit as it lies in Redis.

-- Reads a limit's state. back is by how much this server's clock fell behind what it showed when the state was written: to the state no time has passed since. That is written even when nobody is
-- admitted: else the state would stand still until the clock has caught up.
local function load(l, text, at, tail, now, back)
  local kind = l.kind
  l.known, l.dirty = true, back > 0
  if kind == BUCKET then
    local mark, count, given, ticks, parts = unpack('<ddddd', text, at)
    mark, given = mark - back, given + back
    if ticks ~= l.ticks or parts ~= l.parts then
      local before = mark + (count > 0 and 1 or 0)
      mark, count = before, 0
      if before > now then
        mark = now + ceil((before - now) * (l.ticks / l.parts) / (ticks / parts))
        given = given + max(before - mark, 0)
      end
    end
    l.mark, l.count, l.given = mark, count, given
  elseif kind == SLIDING then
    read_logs(l, text, at, tail, now, back)
  elseif kind == FIXED then
    local window, anchor
    l.mark, l.count, l.number, l.since, l.late, l.carried, l.phase, l.shifted, window, anchor = unpack('<dddddddddd', text, at)
    l.mark, l.since = l.mark - back, l.since - back
    if window ~= l.window or anchor ~= l.anchor then
      -- What went in the old window counts in the first new one.
      local went, late, number = now < l.mark and l.count or 0, l.late, l.number
      l.mark, l.count, l.late, l.carried, l.phase, l.shifted = 0, 0, 0, 0, 0, -1
      if went > 0 then
        charge(l, now, went)
        l.number, l.late = number, l.anchor > 1 and 0 or max(l.late, late)
      end
    end
  elseif kind == RESTS then
    local stamp, reason, till = unpack('<ddd', text, at)
    if till - back > now then l.stamp, l.count, l.mark = stamp, reason, till - back end
  elseif kind == LEARNED then
    local stamp, till, half, sent, measured = unpack('<ddddd', text, at)
    if till - back > now and unpack('<d', text, at - 16) == 40 + 8 * l.n then
      l.stamp, l.till, l.sent, l.measured = stamp, till - back, sent, measured
      -- Of a clock that fell back the half second under way is the one that is known.
      l.half = back > 0 and floor(now / 500000) or half
      l.figures = {unpack('<' .. rep('d', l.n), text, at + 40)}
    end
  else
    local n, wanted = unpack('<dd', text, at)
    l.wanted = wanted - back
    for i = 1, n do
      local owner, held, till = unpack('<ddd', text, at + 24 * i - 8)
      till = till - back
      if till > now then
        l.owners[owner] = {held = held, till = till}
        l.n, l.held = l.n + 1, l.held + held
      end
    end
    if kind == FLOW then
      local window, quota
      l.mark, l.heard_at, l.asks_till, l.shared_till, l.refused_till, window, quota = unpack('<ddddddd', text, at + 16 + 24 * n)
      l.mark, l.heard_at, l.asks_till, l.shared_till, l.refused_till = l.mark - back, l.heard_at - back, l.asks_till - back, l.shared_till - back, l.refused_till - back
      if l.mark > now and (window ~= l.window or quota ~= l.quota) then
        -- What is used is used; only the time in which it flows back changes.
        l.mark = now + min(ceil((l.mark - now) * (quota / window) * (l.window / l.quota)), l.most_ahead)
      end
    elseif unpack('<d', text, at - 16) > 16 + 24 * n then
      l.ours, l.told_till, l.lasts, l.proofs, l.doubt_till = unpack('<ddddd', text, at + 16 + 24 * n)
      l.told_till, l.doubt_till = l.told_till - back, l.doubt_till - back
    end
  end
end

-- The limit's record, head and tail, and the instant from which on it equals one that was never used.
local function save(l, now)
  local kind, whole, state, tail = l.kind, 0, '', ''
  if kind == BUCKET then
    whole = l.mark + l.linger
    state = pack('<ddddd', l.mark, l.count, l.given, l.ticks, l.parts)
  elseif kind == SLIDING then
    -- By the end of the segment: until then the key need not live longer.
    whole = max(l.sent.at + l.window + l.guard + l.spacing_sent, l.answered.at + l.window)
    state, tail = head_of(l.sent) .. head_of(l.answered), tail_of(l.sent) .. tail_of(l.answered)
  elseif kind == FIXED then
    whole = l.late == 0 and l.mark or window_end(l, l.mark)
    state = pack('<dddddddddd', l.mark, l.count, l.number, l.since, l.late, l.carried, l.phase, l.shifted, l.window, l.anchor)
  elseif kind == RESTS then
    whole = l.mark
    state = pack('<ddd', l.stamp, l.count, l.mark)
  elseif kind == LEARNED then
    whole = l.till
    state = pack('<ddddd', l.stamp, l.till, l.half, l.sent, l.measured) .. pack('<' .. rep('d', l.n), spread(l.figures, 1, l.n))
  else
    local parts = {pack('<dd', l.n, l.wanted)}
    whole = l.wanted
    for owner, own in pairs(l.owners) do
      parts[#parts + 1] = pack('<ddd', owner, own.held, own.till)
      whole = max(whole, own.till)
    end
    if kind == FLOW then
      parts[#parts + 1] = pack('<ddddddd', l.mark, l.heard_at, l.asks_till, l.shared_till, l.refused_till, l.window, l.quota)
      whole = max(whole, l.mark, max(l.heard_at, l.asks_till) + l.window, l.shared_till)
    elseif l.told_till > 0 or l.doubt_till > 0 then
      parts[#parts + 1] = pack('<ddddd', l.ours, l.told_till, l.lasts, l.proofs, l.doubt_till)
      whole = max(whole, l.told_till + l.lasts, l.doubt_till)
    end
    state = table.concat(parts)
  end
  return pack('<ddddd', l.id, now, whole, #state, #tail) .. state, tail, whole
end
