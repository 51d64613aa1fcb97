using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Persistence;

/// <summary>What is written: states are taken down a few at a time, so that nobody waits long for the store's gate.</summary>
internal sealed partial class Keeper
{
    private const int Slice = 64;

    /// <summary>What was learned of tenants is looked at every so many pulses.</summary>
    private const int TablesEvery = 10;

    private readonly StateWriter _frame = new();
    private readonly StateWriter _image = new();
    private readonly Dictionary<BoundLimit, WrittenLimit> _written = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<object, byte[]> _learned = new(ReferenceEqualityComparer.Instance);
    private readonly List<Granted> _granted = [];
    private long _learnedAt;
    private int _looks;

    private KeptService[] Services()
    {
        KeptService[] services = [];
        _store.Change(() => services = [.. _services.Values]);
        return services;
    }

    private KeptEntry[] EntriesOf(KeptService service)
    {
        KeptEntry[] entries = [];
        _store.Change(() => entries = [.. KeptEntry.Of(service)]);
        return entries;
    }

    private void Begin()
    {
        _frame.Clear();
        _granted.Clear();
        _machine.At(_store.Clock.Now).Write(_frame);
    }

    /// <summary>Takes down everything. What was asked for is among it.</summary>
    private void TakeAll()
    {
        _written.Clear();
        _learned.Clear();
        TakeAsked();
        foreach (var service in Services())
        {
            foreach (var entry in EntriesOf(service))
            {
                TakeLimit(entry);
            }

            TakeHolder(service);
        }
    }

    /// <summary>Takes down what was asked for, and what was learned since it was looked at last. Returns whether there is anything.</summary>
    private bool TakeChanges()
    {
        var head = _frame.Length;
        foreach (var some in TakeAsked().Chunk(Slice))
        {
            _store.Change(() =>
            {
                foreach (var state in some)
                {
                    TakeAskedFor(state);
                }
            });
        }

        var now = _store.Clock.Now;
        if (now - _learnedAt >= Pulse.Ticks)
        {
            _learnedAt = now;
            var withTables = _looks++ % TablesEvery == 0;
            foreach (var service in Services())
            {
                TakeLearned(service, withTables);
            }
        }

        return _frame.Length > head;
    }

    private List<KeptState> TakeAsked()
    {
        List<KeptState> asked = [];
        _store.Change(() => (asked, _asked, _isHurried) = (_asked, [], false));
        return asked;
    }

    private void TakeAskedFor(KeptState state)
    {
        var partition = state.Partition;
        var limit = partition.Limit;
        if (partition.IsEvicted || limit.Rule is not KeptRule rule)
        {
            (state.IsListed, state.IsUrgent) = (false, false);
        }
        else if (Describe(new KeptEntry(limit, rule.Kept.Name, string.Empty, [])) is { } id)
        {
            TakeState(partition, id, isAll: false);
        }
    }

    private void TakeLimit(in KeptEntry entry)
    {
        var limit = entry.Limit;
        if (Describe(entry) is not { } id)
        {
            return;
        }

        IEnumerable<Partition> partitions = limit.Only is { } only ? [only] : limit.Table?.All ?? [];
        foreach (var some in partitions.Chunk(Slice))
        {
            _store.Change(() =>
            {
                foreach (var partition in some)
                {
                    TakeState(partition, id, isAll: true);
                }
            });
        }
    }

    private void TakeLearned(KeptService service, bool withTables)
    {
        foreach (var entry in EntriesOf(service))
        {
            if (entry.Limit.Rule is not KeptRule && (withTables || entry.Limit.Only is not null))
            {
                TakeLimit(entry);
            }
        }

        TakeHolder(service);
    }

    /// <summary>Says what a limit is, unless that is written already. Returns its number; null where it has become another since, so that nothing can be said of it in this file.</summary>
    private long? Describe(in KeptEntry entry)
    {
        var limit = entry.Limit;
        var isKnown = _written.TryGetValue(limit, out var written);
        if (isKnown && entry.Endpoints.Count == 0 && !ReferenceEquals(written.Definition, limit.Definition))
        {
            _mustBegin = true;
            return null;
        }

        if (!isKnown || written.Endpoints != entry.Endpoints.Count)
        {
            written = new WrittenLimit(isKnown ? written.Id : _written.Count, limit.Definition, entry.Endpoints.Count);
            _written[limit] = written;
            Records.WriteLimit(_frame, written.Id, entry.Describe());
        }

        return written.Id;
    }

    private void TakeState(Partition partition, long id, bool isAll)
    {
        if (partition.IsEvicted)
        {
            return;
        }

        _image.Clear();
        partition.Limit.Rule.Form(ref partition.State, _image);
        var allowance = default(Allowance);
        if (partition.Limit.Rule is KeptRule rule)
        {
            allowance = Allow(KeptRule.Of(ref partition.State), rule);
            if (isAll && allowance.Amount == 0 && partition.Limit.Rule.FreshAt(partition.State, _store.Clock.At(guard: 0)) <= _store.Clock.Now - Allowance.Brief)
            {
                // It is as if nobody had ever counted in it.
                return;
            }
        }
        else if (!IsNews(partition, _image.Written.Span))
        {
            return;
        }

        Records.WriteState(_frame, id, Restoration.PlaceOf(partition), allowance, _image.Written.Span);
    }

    /// <summary>What may be charged to a partition once this is written: what is asked for, or as much as now.</summary>
    private Allowance Allow(KeptState own, KeptRule rule)
    {
        var now = _store.Clock.Now;
        if (_isClosed)
        {
            own.End();
            return default;
        }

        var before = own.Left;
        if (!own.IsListed)
        {
            return now < own.Until ? new Allowance(Math.Max(own.Left, 0), own.Until) : default;
        }

        var allowance = own.Size(rule.Counting, now);
        _granted.Add(new Granted(own, rule, allowance, before));
        return allowance;
    }

    private void Grant()
    {
        foreach (var some in _granted.Chunk(Slice))
        {
            _store.Change(() =>
            {
                var now = _store.Clock.Now;
                foreach (var (own, rule, allowance, before) in some)
                {
                    own.Grant(rule.Counting, allowance, before, now);
                }
            });
        }

        _toWake.UnionWith(_granted.Select(static each => each.Rule.Kept));
        _granted.Clear();
    }

    private void TakeHolder(KeptService service)
    {
        _image.Clear();
        _store.Change(() => service.Form(_image));
        if (service.Name.Length > 0 && IsNews(service, _image.Written.Span))
        {
            Records.WriteService(_frame, service.Name, _image.Written.Span);
        }
    }

    /// <summary>Whether it is other than was written last.</summary>
    private bool IsNews(object of, ReadOnlySpan<byte> image)
    {
        if (_learned.TryGetValue(of, out var before) && image.SequenceEqual(before))
        {
            return false;
        }

        _learned[of] = image.ToArray();
        return true;
    }

    private readonly record struct WrittenLimit(long Id, LimitDefinition Definition, int Endpoints);

    private readonly record struct Granted(KeptState Own, KeptRule Rule, Allowance Allowance, long Before);
}
