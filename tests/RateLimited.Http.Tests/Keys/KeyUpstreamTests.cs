using System.Collections.Concurrent;
using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Faults;
using RateLimited.Http.Tests.Pipeline;
using static RateLimited.Http.Tests.Keys.KeyedService;

namespace RateLimited.Http.Tests.Keys;

/// <summary>H20: fleets of keys before a strict upstream that knows which key is valid, paid for, and how much of each came. In virtual time.</summary>
public sealed class KeyUpstreamTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    [Fault("H20")]
    public async Task Of_four_keys_one_revoked_and_one_without_credit_the_others_are_used_to_the_full_and_never_refused()
    {
        var upstream = new Upstream(quota: 60) { ["revoked"] = 401, ["unpaid"] = 402 };
        using var service = upstream.Serve("good", "revoked", "unpaid", "fine");
        upstream.Time = service.Time;

        var sending = Enumerable.Range(0, 1_200).Select(_ => service.SendAsync()).ToArray();
        for (var i = 0; i < 1_200 && !Array.TrueForAll(sending, static each => each.IsCompleted); i++)
        {
            service.Time.Advance(TimeSpan.FromSeconds(1));

            // Who was let go sends on another thread: time stands still until all have.
            await Eventually.TrueAsync(() => service.Service.InFlight == 0);
        }

        var answers = await Task.WhenAll(sending);
        answers.Select(static answer => (int)answer.StatusCode).ShouldAllBe(static status => status == 200);
        upstream.Refused.ShouldBe(0, "no 429 to a key that lives");
        upstream.Served["good"].ShouldBe(600);
        upstream.Served["fine"].ShouldBe(600);

        // The first minute's burst, and then each minute's quota of both: nothing was left unused.
        service.Time.GetTimestamp().ShouldBeLessThanOrEqualTo(TimeSpan.FromMinutes(9.5).Ticks);
        service.Status("revoked").ShouldSatisfyAllConditions(static key => key.State.ShouldBe(KeyState.Disabled), static key => key.Requests.ShouldBeLessThanOrEqualTo(60));
        service.Status("unpaid").State.ShouldBe(KeyState.Exhausted);
    }

    [Fact]
    [Fault("H20")]
    public async Task Whatever_becomes_of_keys_at_random_every_valid_one_is_back_in_use_when_it_is_over()
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            var random = new Random(seed);
            string[] names = ["a", "b", "c", "d"];
            var upstream = new Upstream(quota: 1_000);
            using var service = upstream.Serve(names);
            upstream.Time = service.Time;
            for (var step = 0; step < 150; step++)
            {
                upstream[names[random.Next(names.Length)]] = random.Next(5) switch { 0 => 401, 1 => 402, 2 => 429, _ => 0 };
                upstream.IsBroken = random.Next(10) == 0;
                using var response = await service.SendAsync(new HttpRequestMessage(HttpMethod.Get, Address).WithQueueTimeout(TimeSpan.FromHours(12))).WithinTimeAsync(service.Time);
                service.Service.Limiter.GetStatus().Keys.ShouldContain(static key => key.State != KeyState.Disabled, $"seed {seed}: one fault of the upstream must not burn every key");
                service.Time.Advance(TimeSpan.FromSeconds(random.Next(1, 120)));
            }

            upstream.Heal(names);
            var before = names.ToDictionary(static name => name, name => service.Status(name).Requests, StringComparer.Ordinal);
            for (var i = 0; i < 500; i++)
            {
                using var response = await service.SendAsync(new HttpRequestMessage(HttpMethod.Get, Address).WithQueueTimeout(TimeSpan.FromHours(12))).WithinTimeAsync(service.Time);
                ((int)response.StatusCode).ShouldBe(200, $"seed {seed}");
                service.Time.Advance(Minute);
            }

            foreach (var key in service.Service.Limiter.GetStatus().Keys.Where(static key => key.State != KeyState.Disabled))
            {
                key.State.ShouldBe(KeyState.Active, $"seed {seed}: {key.Name}");
                key.Requests.ShouldBeGreaterThan(before[key.Name], $"seed {seed}: {key.Name}");
            }
        }
    }

    [Fact]
    [Fault("H20")]
    public async Task One_key_in_two_pools_is_rested_by_each_as_each_is_told()
    {
        var upstream = new Upstream(quota: 30);
        using var one = upstream.Serve("shared");
        using var other = upstream.Serve("shared");
        upstream.Time = one.Time;
        var answers = new List<int>();
        for (var i = 0; i < 240; i++)
        {
            foreach (var service in (KeyedService[])[one, other])
            {
                var sending = service.SendAsync(new HttpRequestMessage(HttpMethod.Get, Address).WithQueueTimeout(TimeSpan.FromMilliseconds(1)));
                try
                {
                    using var response = await sending.WithinTimeAsync(service.Time);
                    answers.Add((int)response.StatusCode);
                }
                catch (RateLimitRejectedException refusal)
                {
                    refusal.RetryAfter.ShouldNotBeNull();
                }
            }

            one.Time.Advance(TimeSpan.FromSeconds(1));
            other.Time.Advance(TimeSpan.FromSeconds(1));
        }

        answers.Count(static status => status == 200).ShouldBeGreaterThanOrEqualTo(4 * 30 * 9 / 10);
        answers.Count(static status => status == 429).ShouldBeLessThanOrEqualTo(4 * 2, "each pool is told once in a window, and rests");
    }

    /// <summary>Counts by key in sliding windows of a minute, and says how long to wait.</summary>
    private sealed class Upstream(int quota)
    {
        private readonly ConcurrentDictionary<string, int> _fates = new(StringComparer.Ordinal);
        private readonly Dictionary<string, LimitState> _states = new(StringComparer.Ordinal);
        private readonly SlidingWindow _window = new(quota, TimeSpan.TicksPerMinute);

        public TimeProvider Time { get; set; } = null!;

        /// <summary>Whether it refuses everybody's key.</summary>
        public bool IsBroken { get; set; }

        public ConcurrentDictionary<string, int> Served { get; } = new(StringComparer.Ordinal);

        /// <summary>How often a valid key got too much.</summary>
        public int Refused { get; private set; }

        /// <summary>What a key gets; zero for what its quota gives.</summary>
        public int this[string key]
        {
            set => _fates[key] = value;
        }

        public void Heal(IEnumerable<string> keys)
        {
            IsBroken = false;
            foreach (var key in keys)
            {
                _fates[key] = 0;
            }
        }

        public KeyedService Serve(params string[] names) => new(
            Usual with { Limits = [KeyedBed.PerKey(LimitedService.Window(quota))], Queue = new QueueDefinition { Timeout = Timeout.InfiniteTimeSpan } },
            (key, _) => Answered(key),
            [.. names.Select(static name => new TestKey(name))]);

        private HttpResponseMessage Answered(string key)
        {
            switch (IsBroken ? 401 : _fates.GetValueOrDefault(key))
            {
                case 401:
                    return Answer(401, body: """{"error":{"code":"invalid_api_key"}}""");
                case 402:
                    return Answer(429, body: """{"error":{"code":"insufficient_quota"}}""");
                case 429:
                    return Answer(429, retryAfter: 5);
            }

            var state = _states.GetValueOrDefault(key);
            var at = new Moment(Time.GetTimestamp());
            var earliest = _window.Earliest(ref state, at, 1);
            if (earliest > at.Now)
            {
                Refused++;
                return Answer(429, retryAfter: (int)Math.Ceiling(TimeSpan.FromTicks(earliest - at.Now).TotalSeconds));
            }

            _window.Charge(ref state, at, 1);
            _states[key] = state;
            Served.AddOrUpdate(key, 1, static (_, count) => count + 1);
            return Answer(200);
        }
    }
}
