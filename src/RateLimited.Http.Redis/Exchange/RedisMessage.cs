using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Redis.Keys;
using RateLimited.Http.Redis.Messages;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Exchange;

/// <summary>One exchange as the script reads it, and the script's answer as the exchange takes it. docs/redis.md has the layout. Used once.</summary>
internal sealed class RedisMessage
{
    private const int Protocol = 1;

    /// <summary>How long the last call of a process is remembered: far longer than any call of it can be on its way.</summary>
    private const long CallMemoryMilliseconds = 60_000;

    /// <summary>Indices of the script begin at one; zero is nobody's.</summary>
    private const int NoLimit = 0;

    private const int StatusDone = 1;
    private const int StatusStale = 2;

    private const int PauseCode = 7;
    private const int JoinCode = 8;

    private readonly SharedExchange _exchange;
    private readonly ServiceKeys _keys;
    private readonly Func<SharedBalance, LimitAddress> _addressOf;
    private readonly List<string> _groups = [];
    private readonly List<List<(LimitTerms Terms, SharedBalance? Balance)>> _limits = [];
    private readonly Dictionary<SharedBalance, int> _indexOf = [];
    private readonly List<SharedBalance?> _balances = [null];
    private readonly PauseTerms _pauseTerms;
    private readonly LeaseTerms _liveTerms;
    private int _pauseIndex;
    private int _liveIndex;

    public RedisMessage(SharedExchange exchange, ServiceKeys keys, Func<SharedBalance, LimitAddress> addressOf, long leaseTicks)
    {
        (_exchange, _keys, _addressOf) = (exchange, keys, addressOf);
        _pauseTerms = new PauseTerms(1);
        _liveTerms = new LeaseTerms(1, MessageWriter.ExactIntegers - 1, LimitTerms.Micros(leaseTicks));
        Gather();
    }

    /// <summary>The keys that the script reads and writes, the record of calls first.</summary>
    public RedisKey[] KeysWith(string calls) => [calls, .. _groups.Select(static group => (RedisKey)group)];

    public byte[] ToBytes(long owner, long sequence, bool isRetry, long serverNow, long localNow)
    {
        var message = new MessageWriter();
        message.Add(Protocol, owner, sequence, CallMemoryMilliseconds, 0, isRetry ? 1 : 0, _groups.Count);
        foreach (var group in _limits)
        {
            message.Add(group.Count);
            foreach (var (terms, balance) in group)
            {
                message.Add(terms.Id);
                terms.Write(message, balance is null ? 0 : GuardOf(balance), serverNow);
            }
        }

        message.Add(_exchange.Notes.Count + (_exchange.Pause > 0 ? 1 : 0) + (_exchange.Join ? 1 : 0));
        if (_exchange.Pause > 0)
        {
            message.Add(PauseCode, _pauseIndex, 0, LimitTerms.Micros(_exchange.Pause), 0);
        }

        foreach (var note in _exchange.Notes)
        {
            Write(message, note, localNow);
        }

        if (_exchange.Join)
        {
            message.Add(JoinCode, _liveIndex, 0, 0, 0);
        }

        message.Add(_exchange.Questions.Count);
        foreach (var question in _exchange.Questions)
        {
            Write(message, question);
        }

        return message.ToBytes();
    }

    /// <summary>Takes in what the script answered. Returns what the server's clock showed, and whether it has to be told other midnights by that.</summary>
    public (long ServerNow, bool WantsOtherMidnights) Read(ReadOnlySpan<byte> answer)
    {
        var reader = new MessageReader(answer);
        var status = reader.Next();
        var serverNow = reader.Next();
        if (status != StatusDone)
        {
            return status == StatusStale
                ? throw new SharedStoreException("A later call of this process has been carried out before this one.", new InvalidOperationException(), passes: true, mayBeDone: false)
                : (serverNow, true);
        }

        if (_exchange.Pause > 0)
        {
            reader.Next();
        }

        foreach (ref var note in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_exchange.Notes))
        {
            note.Result = reader.Next();
        }

        if (_exchange.Join)
        {
            _exchange.Instances = (int)Math.Min(reader.Next(), int.MaxValue);
        }

        foreach (var question in _exchange.Questions)
        {
            Read(ref reader, question);
        }

        return (serverNow, false);
    }

    private void Gather()
    {
        foreach (var note in _exchange.Notes)
        {
            Add(note.Balance);
        }

        foreach (var want in _exchange.Questions.SelectMany(static question => question.Wants))
        {
            Add(want.Balance);
        }

        if (_exchange.Pause > 0 || _exchange.Questions.Count > 0)
        {
            GroupOf(_keys.Service).Add((_pauseTerms, null));
        }

        if (_exchange.Join)
        {
            GroupOf(_keys.Live).Add((_liveTerms, null));
        }

        foreach (var (terms, balance) in _limits.SelectMany(static group => group))
        {
            if (balance is not null)
            {
                _indexOf[balance] = _balances.Count;
            }
            else if (ReferenceEquals(terms, _pauseTerms))
            {
                _pauseIndex = _balances.Count;
            }
            else
            {
                _liveIndex = _balances.Count;
            }

            _balances.Add(balance);
        }
    }

    private void Add(SharedBalance balance)
    {
        if (_indexOf.TryAdd(balance, NoLimit))
        {
            var address = _addressOf(balance);
            GroupOf(address.Group).Add((address.Terms, balance));
        }
    }

    private List<(LimitTerms Terms, SharedBalance? Balance)> GroupOf(string key)
    {
        var index = _groups.IndexOf(key);
        if (index < 0)
        {
            index = _groups.Count;
            _groups.Add(key);
            _limits.Add([]);
        }

        return _limits[index];
    }

    private void Write(MessageWriter message, in SharedNote note, long localNow)
    {
        var terms = _addressOf(note.Balance).Terms;
        var (whole, parts) = note.Kind == NoteKind.GiveBack ? terms.CreditOf(note.Amount)
            : note.Kind is NoteKind.ChargeMore or NoteKind.Force ? terms.TimeOf(note.Amount, GuardOf(note.Balance))
            : (note.Amount, 0);
        var code = note.Kind switch
        {
            NoteKind.GiveBack => 1,
            NoteKind.ChargeMore => 2,
            NoteKind.Answer => 3,
            NoteKind.Force => 4,
            NoteKind.Renew => 5,
            NoteKind.Announce => 6,
            _ => 10,
        };
        switch (note.Kind)
        {
            case NoteKind.Answer:
                // Rounded down: it counts as having arrived later.
                message.Add(code, _indexOf[note.Balance], note.Receipt, note.Amount, Math.Max(localNow - note.Instant, 0) / TimeSpan.TicksPerMicrosecond);
                break;
            case NoteKind.Announce:
                message.Add(code, _indexOf[note.Balance], 0, LimitTerms.Micros(Math.Max(note.Instant - localNow, 0)), 0);
                break;
            default:
                message.Add(code, _indexOf[note.Balance], note.Receipt, whole, parts);
                break;
        }
    }

    private void Write(MessageWriter message, SharedQuestion question)
    {
        // The service's pause is a limit like any other, which counts nothing.
        message.Add(question.Wants.Length + 1);
        message.Add(_pauseIndex, 0, 0, 0, 0, 1);
        foreach (ref readonly var want in question.Wants.AsSpan())
        {
            var (whole, parts) = _addressOf(want.Balance).Terms.TimeOf(want.Least, GuardOf(want.Balance));
            message.Add(_indexOf[want.Balance], want.Least, whole, parts, want.More, want.Part);
        }
    }

    private void Read(ref MessageReader reader, SharedQuestion question)
    {
        question.IsGranted = reader.Next() == 1;
        if (!question.IsGranted)
        {
            var wait = reader.Next();
            question.Wait = wait < 0 ? LimitRule.Never : Saturating.Multiply(wait, TimeSpan.TicksPerMicrosecond);
            question.Refused = _balances[(int)reader.Next()];
            var again = reader.Next();
            question.Again = again < 0 ? again : Saturating.Multiply(again, TimeSpan.TicksPerMicrosecond);
            return;
        }

        reader.Next();
        reader.Next();
        foreach (ref var want in question.Wants.AsSpan())
        {
            want.Granted = reader.Next();
            want.Receipt = reader.Next();
        }
    }

    private long GuardOf(SharedBalance balance) => LimitTerms.Micros(_exchange.GuardOf(balance));
}
