using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Keys;
using RateLimited.Http.Redis.Messages;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Exchange;

/// <summary>One exchange as the script reads it, and the script's answer as the exchange takes it. docs/redis.md has the layout. Used once.</summary>
internal sealed partial class RedisMessage
{
    private const int Protocol = 2;
    private const int UsualProtocol = 3;

    /// <summary>How many bytes stand in a key before the first record.</summary>
    private const int HeaderBytes = 28;

    /// <summary>About more limits the usual message is none: the script reads no longer one.</summary>
    private const int MostUsual = 6;

    /// <summary>Indices of the script begin at one; zero is nobody's.</summary>
    private const int NoLimit = 0;

    private const int StatusDone = 1;
    private const int StatusStale = 2;
    private const int StatusFirst = 4;
    private const int StatusAsAsked = 5;
    private const int StatusFirstAsAsked = 8;

    private const int JoinCode = 8;
    private const int UsedCode = 9;
    private const int HoldCode = 10;
    private const int HeardCode = 11;

    /// <summary>What stands under the service's key for whether responses tell of the quota: a quota of one, used as long as they do. No limit's number is as small.</summary>
    private const long ToldId = 2;

    private readonly SharedExchange _exchange;
    private readonly ServiceKeys _keys;
    private readonly Func<SharedBalance, LimitAddress> _addressOf;
    private readonly List<string> _groups = [];
    private readonly List<List<(LimitTerms Terms, SharedBalance? Balance)>> _limits = [];
    private readonly Dictionary<SharedBalance, int> _indexOf = [];
    private readonly List<SharedBalance?> _balances = [null];
    private readonly LeaseTerms _liveTerms;
    private readonly LeaseTerms _takerTerms;
    private readonly LeaseTerms _toldTerms;
    private readonly int _usualHeads;
    private readonly bool _countsTakers;
    private readonly long _leaseTicks;
    private List<(SharedBalance Balance, SharedBalance Same)>? _renamed;
    private int _liveIndex;
    private int _takerIndex;
    private int _toldIndex;

    public RedisMessage(SharedExchange exchange, ServiceKeys keys, Func<SharedBalance, LimitAddress> addressOf, long leaseTicks)
    {
        (_exchange, _keys, _addressOf, _leaseTicks) = (exchange, keys, addressOf, leaseTicks);
        var lives = LimitTerms.Micros(leaseTicks);
        (_liveTerms, _takerTerms) = (new LeaseTerms(1, MessageWriter.ExactIntegers - 1, lives), new LeaseTerms(1, MessageWriter.ExactIntegers - 1, lives));
        (_countsTakers, _toldTerms) = (exchange.Join && keys.Takers is not null, new LeaseTerms(ToldId, quota: 1, lives));
        GatherLearned();
        Gather();
        _usualHeads = UsualHeads();
    }

    /// <summary>Runs the script with nothing to decide and nothing to write.</summary>
    public static async Task ProbeAsync(IRedisConnection connection, string key, TimeSpan timeout, CancellationToken token)
    {
        var message = new MessageWriter();
        message.Add(Protocol, 1, 1, 0, 0, 0, 0, 0);
        var answer = await ExchangeScript.Current.RunAsync(connection, [key], [message.ToBytes()]).WaitAsync(timeout, token).ConfigureAwait(false);
        if (new MessageReader(answer).Next() != StatusDone)
        {
            throw new InvalidDataException("The script answered something else.");
        }
    }

    /// <summary>The keys that the script reads and writes, the record of calls first.</summary>
    public RedisKey[] KeysWith(string calls) => [calls, .. _groups.Select(static group => (RedisKey)group)];

    /// <summary>Whether something was written, and the server knew of no earlier call of this process.</summary>
    public bool IsFirst { get; private set; }

    /// <summary>Whether something is written for certain.</summary>
    public bool Writes => _exchange.Join || _exchange.Tells > 0 || _exchange.Questions.Exists(static question => question.IsGranted && question.Wants.Any(static want => want.Granted > 0));

    /// <summary>What the script is told: the message, and what it takes besides. What is told once more is told in the form that says so.</summary>
    public RedisValue[] Values(long owner, long sequence, bool isRetry, long serverNow, long localNow) => _usualHeads > 0 && !isRetry
        ? _limits[0].Exists(static limit => limit.Terms.HasTail) ? [UsualBytes(sequence), _usualHeads - 1] : [UsualBytes(sequence)]
        : [ToBytes(owner, sequence, isRetry, serverNow, localNow), _keys.Channel];

    private byte[] ToBytes(long owner, long sequence, bool isRetry, long serverNow, long localNow)
    {
        var message = new MessageWriter();
        message.Add(Protocol, owner, sequence, isRetry ? 1 : 0, LimitTerms.Micros(_exchange.Pause), _groups.Count);
        foreach (var group in _limits)
        {
            message.Add(group.Count);
            foreach (var (terms, balance) in group)
            {
                terms.Write(message, balance is null ? 0 : GuardOf(balance), serverNow);
            }
        }

        message.Add(_exchange.Notes.Count + (_exchange.Join ? 2 : 0) + (_countsTakers ? 2 : 0) + (_exchange.Tells > 0 ? 1 : 0));
        foreach (var note in _exchange.Notes)
        {
            Write(message, note, localNow);
        }

        if (_exchange.Join)
        {
            message.Add(JoinCode, _liveIndex, 0, 0, 0);
            message.Add(UsedCode, _toldIndex, 0, 0, 0);
        }

        if (_countsTakers)
        {
            message.Add(HoldCode, _takerIndex, 0, 1, 0);
            message.Add(UsedCode, _takerIndex, 0, 0, 0);
        }

        if (_exchange.Tells > 0)
        {
            message.Add(HeardCode, _toldIndex, 1, LimitTerms.Micros(_exchange.Tells), 0);
        }

        message.Add(_exchange.Questions.Count);
        foreach (var question in _exchange.Questions)
        {
            Write(message, question);
        }

        return message.ToBytes();
    }

    /// <summary>Takes in what the script answered. Returns what the server's clock showed, if it says so, and whether it has to be told other midnights by that.</summary>
    public (long? ServerNow, bool WantsOtherMidnights) Read(ReadOnlySpan<byte> answer)
    {
        if (MessageReader.IsNumber(answer))
        {
            ReadRefusal(MessageReader.NumberOf(answer), _exchange.Questions[0]);
            return (null, false);
        }

        var reader = new MessageReader(answer);
        var status = reader.Next();
        var serverNow = reader.Next();
        IsFirst = status is StatusFirst or StatusFirstAsAsked;
        if (status is StatusAsAsked or StatusFirstAsAsked)
        {
            ReadGrant(ref reader, _exchange.Questions[0]);
            return (serverNow, false);
        }

        if (status is not (StatusDone or StatusFirst))
        {
            return status == StatusStale
                ? throw new SharedStoreException("A later call of this process has been carried out before this one.", new InvalidOperationException(), passes: true, mayBeDone: false)
                : (serverNow, true);
        }

        reader.Next();
        foreach (ref var note in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_exchange.Notes))
        {
            note.Result = reader.Next();
            if (note.Kind == NoteKind.Learned)
            {
                ReadLearned(ref reader, ref note);
            }
        }

        if (_exchange.Join)
        {
            _exchange.Instances = (int)Math.Min(reader.Next(), int.MaxValue);
            _exchange.IsTold = reader.Next() > 0;
        }

        if (_countsTakers)
        {
            reader.Next();
            _exchange.Takers = (int)Math.Min(reader.Next(), int.MaxValue);
        }

        _ = _exchange.Tells > 0 ? reader.Next() : 0;
        foreach (var question in _exchange.Questions)
        {
            Read(ref reader, question);
        }

        return (serverNow, false);
    }

    private void Gather()
    {
        // The service's key is always the first: its pause stands in it.
        GroupOf(_keys.Service);
        foreach (var note in _exchange.Notes)
        {
            Add(note.Balance);
        }

        foreach (var want in _exchange.Questions.SelectMany(static question => question.Wants))
        {
            Add(want.Balance);
        }

        if (_exchange.Join || _exchange.Tells > 0)
        {
            GroupOf(_keys.Service).Add((_toldTerms, null));
        }

        if (_exchange.Join)
        {
            GroupOf(_keys.Live).Add((_liveTerms, null));
        }

        if (_countsTakers)
        {
            GroupOf(_keys.Takers!).Add((_takerTerms, null));
        }

        foreach (var (terms, balance) in _limits.SelectMany(static group => group))
        {
            _liveIndex = ReferenceEquals(terms, _liveTerms) ? _balances.Count : _liveIndex;
            _takerIndex = ReferenceEquals(terms, _takerTerms) ? _balances.Count : _takerIndex;
            _toldIndex = ReferenceEquals(terms, _toldTerms) ? _balances.Count : _toldIndex;
            if (balance is not null)
            {
                _indexOf[balance] = _balances.Count;
            }

            _balances.Add(balance);
        }

        foreach (var (balance, same) in _renamed ?? [])
        {
            _indexOf[balance] = _indexOf[same];
        }
    }

    private void Add(SharedBalance balance)
    {
        if (_indexOf.TryAdd(balance, NoLimit))
        {
            var isLearned = _learned.TryGetValue(balance, out var learned);
            var address = isLearned ? learned.Address : _addressOf(balance);
            var group = GroupOf(address.Group);
            if (!isLearned && IsThere(group, address.Terms, balance))
            {
                return;
            }

            group.Add((address.Terms, balance));
            if (isLearned)
            {
                group.Add((learned.Terms, balance));
            }
        }
    }

    /// <summary>
    /// Whether the limit stands in the message already, for another balance: an API key that has got another name goes on with the same quota while something of the former name is under way. The script
    /// would count each by itself and keep the last.
    /// </summary>
    private bool IsThere(List<(LimitTerms Terms, SharedBalance? Balance)> group, LimitTerms terms, SharedBalance balance)
    {
        for (var i = 0; i < group.Count; i++)
        {
            if (group[i] is { Balance: { } same, Terms: var its } && its.Id == terms.Id && !_learned.ContainsKey(same))
            {
                (_renamed ??= []).Add((balance, same));
                group[i] = (terms, same);
                return true;
            }
        }

        return false;
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

    private void Write(MessageWriter message, SharedQuestion question)
    {
        message.Add(question.Wants.Length + question.Wants.Count(want => _learned.ContainsKey(want.Balance)));
        foreach (ref readonly var want in question.Wants.AsSpan())
        {
            WriteVersion(message, want.Balance);
            var (whole, parts) = TermsOf(want.Balance).TimeOf(want.Least, GuardOf(want.Balance));
            message.Add(_indexOf[want.Balance], want.Least, want.Balance.Rest?.Version ?? whole, parts, want.More, want.Part);
        }
    }

    private void Read(ref MessageReader reader, SharedQuestion question)
    {
        question.IsGranted = reader.Next() == 1;
        if (!question.IsGranted)
        {
            var wait = reader.Next();
            question.Wait = wait < 0 ? LimitRule.Never : Saturating.Multiply(wait, TimeSpan.TicksPerMicrosecond);
            var refused = (int)reader.Next();
            question.Refused = RefusedBy(question, refused);
            question.IsOutdated = question.Refused is { } by && _learned.ContainsKey(by) && refused != _indexOf[by];
            var again = reader.Next();
            if (question.Refused?.Rest is not null)
            {
                question.News = again;
                return;
            }

            question.Again = again < 0 ? again : Saturating.Multiply(again, TimeSpan.TicksPerMicrosecond);
            return;
        }

        foreach (ref var want in question.Wants.AsSpan())
        {
            if (_learned.ContainsKey(want.Balance))
            {
                (_, _) = (reader.Next(), reader.Next());
            }

            want.Granted = reader.Next();
            want.Receipt = reader.Next();
        }
    }

    /// <summary>What of a question's own is the limit of an index.</summary>
    private SharedBalance? RefusedBy(SharedQuestion question, int index)
    {
        foreach (ref readonly var want in question.Wants.AsSpan())
        {
            if (_renamed is not null && _indexOf[want.Balance] == index)
            {
                return want.Balance;
            }
        }

        return _balances[index];
    }

    private long GuardOf(SharedBalance balance) => LimitTerms.Micros(_exchange.GuardOf(balance));
}
