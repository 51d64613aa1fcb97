-- What may have become of what was granted before, and what responses told. Made once a call tells of any.

local used, give_back, charge_more, answer, announce, heard, level, count, share, rest, learned
local function need_notes()
  used = function(l, now)
    if l.kind == BUCKET then return max(0, ceil((l.mark - now + l.count / l.parts) * l.parts / l.ticks)) end
    if l.kind == SLIDING then return l.sent.t + l.answered.t end
    if l.kind == LEASES then return l.held end
    if l.kind == FLOW then return l.held + max(0, ceil((l.mark - now) * l.quota / l.window)) end
    if l.kind == RESTS then return l.stamp * 8 + l.count end
    roll(l, now)
    return now < l.mark and l.count or 0
  end

  -- An API key, or a quota of one, rests for a reason; for none it is over, if it is the rest that the teller knows of. A later deadline counts, an earlier one never. Returns the version, if it counts.
  rest = function(l, now, reason, after, known, claims)
    if not (reason >= 0 and reason < 8 and reason % 1 == 0) then error({err = 'RLHPROTOCOL nothing rests for that reason'}) end
    local till = now + max(0, min(after, LONGEST_REST))
    if claims then
      -- Whoever comes second has not heard of the first.
      if l.stamp > known then return 0 end
      l.mark = max(l.mark, till)
    elseif reason == 0 then
      if l.count == 0 or l.stamp > known then return 0 end
    elseif till <= (l.count == 0 and now or l.mark) then
      return 0
    else
      l.mark = till
    end
    -- Of one that is over it is known for as long as somebody may take it for resting.
    l.count, l.stamp, l.dirty = reason, max(l.stamp + 1, floor(now / 1000)), true
    return used(l, now)
  end

  give_back = function(l, now, receipt, x, y, owner)
    local kind = l.kind
    if kind == BUCKET then
      -- Only debt still outstanding, and of a receipt the whole ticks are known.
      local due = min(receipt - l.given, l.mark)
      if due <= now then return end
      local ticks, parts = x, y
      if ticks >= due - now then ticks, parts = due - now, 0 end
      local borrowed = parts > l.count and 1 or 0
      l.mark, l.count = l.mark - ticks - borrowed, l.count + borrowed * l.parts - parts
      l.given = l.given + ticks + (parts > 0 and 1 or 0)
    elseif kind == SLIDING then
      if receipt >= 0 then change(l.sent, receipt, -x) else change(l.answered, -receipt - 1, -x) end
    elseif kind == FIXED then
      if not counts(l, now, receipt) then return end
      l.count = max(l.count - x, 0)
      if receipt == -l.number then l.late = max(l.late - x, 0) end
    elseif l.owners then
      local own = l.owners[owner]
      if not own then return end
      local less = min(x, own.held)
      own.held, l.held = own.held - less, l.held - less
      if own.held == 0 then
        l.owners[owner] = nil
        l.n = l.n - 1
      end
    end
    l.dirty = true
  end

  charge_more = function(l, now, receipt, x, y, owner)
    l.dirty = true
    if l.kind == SLIDING then
      if receipt >= 0 then change(l.sent, receipt, x) else change(l.answered, -receipt - 1, x) end
    elseif l.kind == FIXED then
      if not counts(l, now, receipt) then return end
      l.count = min(l.count + x, MOST)
      if receipt == -l.number then l.late = min(l.late + x, MOST) end
    else
      charge(l, now, x, x, y, owner)
    end
  end

  -- The request has arrived at an instant that counts as this at the latest. Returns the receipt from now on.
  answer = function(l, now, receipt, amount, age)
    l.dirty = true
    if l.kind == SLIDING then
      if receipt < 0 or not change(l.sent, receipt, -amount) then return receipt end
      local log = l.answered
      return -add(log, log.n > 0 and max(now - age, log.at) or now - age, amount, l.spacing) - 1
    elseif l.kind == FIXED then
      roll(l, now)
      if l.anchor > 1 or receipt < 0 or l.number == 0 or receipt == l.number or now - age < l.since or now >= l.mark then return receipt end
      l.count = min(l.count + amount, MOST)
      return l.number
    end
    return receipt
  end

  announce = function(l, now, after)
    local e = now + max(0, min(after, l.window + l.guard))
    l.dirty = true
    roll(l, now)
    if now >= l.mark then
      -- A window ends no sooner than a whole one after the window before it, whatever is announced.
      open(l, l.mark > 0 and max(e, l.mark + l.window) or e, false)
    elseif l.anchor == 3 then
      l.mark = l.since > 0 and max(e, l.since + l.window) or e
    else
      local later = (e - l.mark) % l.window
      -- Announced instants are rounded to seconds: of windows of a second and more none is moved by less.
      local tolerance = min(2000000, max(floor(l.window / 8), l.window < 1000000 and 0 or 1000000))
      if l.number == 0 then l.number = l.mark end
      if l.shifted == l.number or later <= tolerance or later >= l.window - tolerance then return end
      l.shifted, l.mark, l.phase = l.number, l.mark + later, (l.phase + later) % l.window
    end
  end

  -- Of the answers to one window the largest figure counts; what is said of a later one counts anew. An earlier one is over. What ends a little later while much is left of a window is an answer that
  -- was long on its way. Returns how much of it went besides what of ours can have gone: others use the quota too. Where whoever hears it does not know all that went, what is
  -- used by then is taken for ours, and what it hears it of as well.
  heard = function(l, now, amount, after, tolerance, is_counted)
    local own, till = l.owners[UPSTREAM], now + after
    if after <= 0 or (own and till < own.till - tolerance) then return 0 end
    local is_new = not own or till - own.till > max(tolerance, own.till - now)
    if not own then
      own = {held = 0, till = 0}
      l.owners[UPSTREAM], l.n = own, l.n + 1
    end
    local was = own.held
    if is_new then
      -- What is under way may be counted in it.
      l.proofs = proofs_of(l, now)
      l.ours = l.told_till + l.lasts > now and l.held - was or max(l.held - was, amount)
      own.held, own.till, l.lasts = amount, till, after
      if l.proofs < PROOF then l.doubt_till = max(l.doubt_till, now + min(l.patience, floor(after / 2))) end
    else
      own.held, own.till = max(was, amount), max(own.till, till)
    end
    if not is_counted then l.ours = max(l.ours + (is_new and 0 or 1), amount) end
    l.told_till = own.till
    l.held, l.dirty = l.held + own.held - was, true
    if is_new then return 0 end
    -- However little it is, this window says nothing of the next, and is doubted for longer.
    if amount > l.ours then l.proofs, l.doubt_till = -1, max(l.doubt_till, now + min(l.patience, after)) end
    return amount - l.ours
  end

  -- What was learned of a limit. A fall counts from whoever had heard of what is kept; else, of one version, the larger; and what all know where it was lost. What is granted of that limit is counted, and what went unasked, as CubicRate does.
  learned = function(l, now, known, told, went, figures)
    local half = floor(now / 500000)
    if half > l.half then
      l.measured = floor(1600 * l.sent / (half - l.half) + l.measured / 5)
      l.half, l.sent = half, 0
    end
    l.sent = min(l.sent + went, LARGEST / 2048)
    local counts_for = told > l.stamp and known >= l.stamp or told == l.stamp and known == told and figures[1] > l.figures[1]
    if counts_for then l.stamp, l.figures = told, figures end
    if counts_for or went > 0 then l.till, l.dirty = now + l.ttl, true end
    return l.stamp
  end

  -- Of a quota that flows back an answer that was heard some time ago said that so much is used. Whatever an upstream counts moves the instant later at which all is back: the latest that is heard of
  -- counts. Where more is used than ours under way and what nobody counted, or one was refused, others use it too: what is left to them counts as used.
  local function margin_of(l, now)
    if now >= l.shared_till then return 0 end
    return min(max(floor(l.quota / 20), 2) * (now < l.refused_till and 4 or 1), floor(l.quota / 4))
  end

  level = function(l, now, amount, uncounted, age, is_refusal)
    local at, most = now - age, MOST_BUCKETS * l.quota
    local ours = max(l.mark, at) + time_of(l, min(l.held + max(uncounted, 0), most)) - time_of(l, margin_of(l, now))
    local shows_others = is_refusal or (uncounted >= 0 and l.heard_at > 0 and at + time_of(l, min(amount, most)) > ours)
    if shows_others then
      l.shared_till = now + REMEMBERED * l.window
      if is_refusal then l.refused_till = l.shared_till end
    elseif l.heard_at <= 0 then
      -- Whoever hears of it first knows of nothing that other processes sent before.
      l.shared_till = now + min(l.patience, l.window)
    end
    l.mark = max(l.mark, at + min(time_of(l, min(amount + margin_of(l, now), most)), l.most_ahead))
    l.heard_at, l.asks_till, l.dirty = now, 0, true
    return shows_others and 1 or 0
  end

  -- A request was counted upstream, and nobody said what is used with it.
  count = function(l, now, amount)
    local own = l.owners[UPSTREAM]
    if l.kind == FLOW then
      l.mark, l.dirty = min(max(l.mark, now) + time_of(l, min(amount, MOST_BUCKETS * l.quota)), now + l.most_ahead), true
    elseif own then
      own.held, l.held, l.dirty = own.held + amount, l.held + amount, true
    end
  end

  share = function(l, now, duration)
    local own = l.owners[OTHERS]
    if not own then
      own = {held = 0, till = 0}
      l.owners[OTHERS], l.n = own, l.n + 1
    end
    own.till, l.dirty = max(own.till, now + duration), true
  end
end
