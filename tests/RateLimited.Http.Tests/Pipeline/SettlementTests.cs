using System.Net;
using RateLimited.Http.Admission;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>What a request did cost is learned from its response's body as it passes, or from its caller, and settled once, whatever becomes of the body.</summary>
public sealed class SettlementTests : IDisposable
{
    private const string Tokens = "tokens";
    private const long Estimated = 50;

    private static readonly Uri Address = new("https://upstream.test/");
    private static readonly byte[] Body = [.. Enumerable.Range(0, 5_000).Select(static i => (byte)(i * 31))];

    private readonly LimitedService _service = new(LimitedService.Window(1_000, Tokens));
    private readonly ByteCounter _estimator = new();

    public SettlementTests() => _service.Pipeline.Settings = _service.Pipeline.Settings with { Costs = new CostPlan([_estimator], Rules: null) };

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task Until_the_body_ends_the_estimate_stands_and_then_the_truth()
    {
        using var response = await SendAsync();
        _service.Used.ShouldBe(Estimated);
        _service.InFlight.ShouldBe(1);

        (await response.Content.ReadAsByteArrayAsync(Ended)).ShouldBe(Body);

        _service.Used.ShouldBe(Body.Length / 100);
        _service.InFlight.ShouldBe(0);
        _estimator.Ends.ShouldBe(["complete"]);
    }

    [Fact]
    public async Task How_far_the_estimate_was_from_the_truth_is_measured_once_for_each_unit()
    {
        using var collected = new MetricCollector();
        _service.Limiter.Apply(_service.Limiter.Definition with { Limits = [LimitedService.Window(1_000, Tokens), LimitedService.Window(900, Tokens, "second")] });
        using (var response = await SendAsync())
        {
            await response.Content.ReadAsByteArrayAsync(Ended);
        }

        collected.Measurements.Where(measured => measured.Instrument == "rate_limit.cost.ratio" && Equals(measured["service"], _service.Limiter.Service))
            .Select(static measured => (measured["unit"], measured.Value)).ShouldBe([(Tokens, Body.Length / 100d / Estimated)]);
    }

    [Fact]
    public async Task In_whatever_way_it_is_read_the_bytes_are_those_that_came_and_each_is_seen_once()
    {
        var random = new Random(1);
        for (var round = 0; round < 200; round++)
        {
            using var response = await SendAsync();
            using var read = new MemoryStream();
            await using (var stream = await response.Content.ReadAsStreamAsync(Ended))
            {
                while (await ReadAsync(stream, read, random))
                {
                }
            }

            read.ToArray().ShouldBe(Body);
            _estimator.Seen.ToArray().ShouldBe(Body);
            _estimator.Ends[^1].ShouldBe("complete");
            _service.InFlight.ShouldBe(0);
            _service.Time.ArmedTimers.ShouldBe(0);
            _service.Time.Advance(TimeSpan.FromMinutes(2));
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1_000, 10)]
    [InlineData(5_000, 50)]
    public async Task A_body_that_is_disposed_of_settles_by_what_came_of_it(int bytes, long used)
    {
        var response = await SendAsync();
        var stream = await response.Content.ReadAsStreamAsync(Ended);
        await stream.ReadExactlyAsync(new byte[bytes], Ended);

        response.Dispose();

        _service.Used.ShouldBe(used);
        _estimator.Ends.ShouldBe(["partial"]);
        response.Dispose();
        _estimator.Ends.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_body_that_breaks_off_settles_by_what_came_of_it()
    {
        using var response = await SendAsync(new StreamContent(new BrokenStream(Body[..2_000])));

        await Should.ThrowAsync<HttpRequestException>(() => response.Content.ReadAsByteArrayAsync(Ended));

        _service.Used.ShouldBe(20);
        _estimator.Ends.ShouldBe(["partial"]);
    }

    [Fact]
    public async Task What_knows_nothing_leaves_the_estimate()
    {
        _estimator.Answer = static _ => null;
        using var response = await SendAsync();

        await response.Content.ReadAsByteArrayAsync(Ended);

        _service.Used.ShouldBe(Estimated);
        _service.InFlight.ShouldBe(0);
    }

    [Theory]
    [InlineData("watch")]
    [InlineData("read")]
    [InlineData("end")]
    public async Task What_throws_harms_nobody_and_leaves_the_estimate(string when)
    {
        _estimator.ThrowsAt = when;
        using var response = await SendAsync();

        (await response.Content.ReadAsByteArrayAsync(Ended)).ShouldBe(Body);

        _service.Used.ShouldBe(Estimated);
        _service.InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task What_nobody_can_cost_is_not_settled()
    {
        _estimator.Answer = static _ => [new UnitCost(Tokens, -5), default, new UnitCost("others", 7)];
        using var response = await SendAsync();

        await response.Content.ReadAsByteArrayAsync(Ended);

        _service.Used.ShouldBe(Estimated);
    }

    [Fact]
    public async Task An_estimator_that_throws_fails_the_request_and_takes_nothing()
    {
        _estimator.ThrowsAt = "estimate";

        await Should.ThrowAsync<FormatException>(() => SendAsync());
        Should.Throw<FormatException>(() => Send());

        _service.Used.ShouldBe(0);
        _service.InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task A_body_that_nobody_reads_is_settled_after_a_while_and_can_still_be_read()
    {
        using var response = await SendAsync();

        _service.Time.Advance(LimitedService.IdleTimeout);
        _service.InFlight.ShouldBe(0);
        _service.Abandoned.ShouldBe(0);

        (await response.Content.ReadAsByteArrayAsync(Ended)).ShouldBe(Body);
        _estimator.Ends.ShouldBe(["partial"]);
    }

    [Fact]
    public async Task Bytes_that_come_twice_leave_the_estimate()
    {
        using var response = await SendAsync();
        await using var stream = await response.Content.ReadAsStreamAsync(Ended);
        await stream.ReadExactlyAsync(new byte[100], Ended);

        stream.Position = 0;
        await stream.CopyToAsync(Stream.Null, Ended);

        _service.Used.ShouldBe(Estimated);
        _service.InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task A_response_without_a_body_is_settled_at_once()
    {
        using var response = await SendAsync(new ByteArrayContent([]));

        _service.Used.ShouldBe(0);
        _estimator.Ends.ShouldBe(["complete"]);
    }

    [Fact]
    public async Task A_request_that_never_left_is_given_back_and_nothing_is_asked()
    {
        using var invoker = _service.Over(static (_, _) => throw new HttpRequestException(HttpRequestError.ConnectionError));

        await Should.ThrowAsync<HttpRequestException>(() => invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, Address), Ended));

        _service.Used.ShouldBe(0);
        _estimator.Ends.ShouldBeEmpty();
    }

    [Fact]
    public void A_caller_that_blocks_is_settled_too()
    {
        using var response = Send();
        _service.Used.ShouldBe(Estimated);
        using var stream = response.Content.ReadAsStream(Ended);

        stream.CopyTo(Stream.Null);

        _service.Used.ShouldBe(Body.Length / 100);
    }

    [Fact]
    public async Task What_the_request_says_itself_is_not_estimated_but_settled()
    {
        using var response = await SendAsync(request: new HttpRequestMessage(HttpMethod.Get, Address).WithCost(Tokens, 900));
        _service.Used.ShouldBe(900);

        await response.Content.ReadAsByteArrayAsync(Ended);

        _service.Used.ShouldBe(Body.Length / 100);
    }

    [Fact]
    public async Task Two_estimators_share_the_units_and_the_first_one_wins()
    {
        var second = new ByteCounter { Costs = [new UnitCost(Tokens, 1), new UnitCost("others", 3)], Answer = static _ => [new UnitCost(Tokens, 999), new UnitCost("others", 4)] };
        using var service = new LimitedService(LimitedService.Window(1_000, Tokens), LimitedService.Window(10, "others", "others"));
        service.Pipeline.Settings = service.Pipeline.Settings with { Costs = new CostPlan([_estimator, second], Rules: null) };
        using var invoker = service.Over((_, _) => Task.FromResult(new HttpResponseMessage { Content = new ByteArrayContent(Body) }));
        using var response = await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, Address), Ended);
        service.Limiter.GetStatus().Limits.Select(static limit => limit.Used).ShouldBe([Estimated, 3]);

        await response.Content.ReadAsByteArrayAsync(Ended);

        service.Limiter.GetStatus().Limits.Select(static limit => limit.Used).ShouldBe([Body.Length / 100, 4]);
        second.Seen.ToArray().ShouldBe(Body);
    }

    private static async Task<bool> ReadAsync(Stream stream, MemoryStream read, Random random)
    {
        var buffer = new byte[1 + random.Next(900)];
        var bytes = 0;
        switch (random.Next(6))
        {
            case 0:
                bytes = await stream.ReadAsync(buffer, Ended);
                break;
            case 1:
                bytes = stream.Read(buffer);
                break;
            case 2:
                bytes = stream.Read(buffer, 0, buffer.Length);
                break;
            case 3 when stream.ReadByte() is >= 0 and var single:
                (buffer[0], bytes) = ((byte)single, 1);
                break;
            case 4 when random.Next(5) == 0:
                await stream.CopyToAsync(read, Ended);
                break;
            case 5 when random.Next(5) == 0:
                stream.CopyTo(read);
                break;
            default:
                bytes = await stream.ReadAsync(buffer.AsMemory(0, 1), Ended);
                break;
        }

        read.Write(buffer, 0, bytes);
        return read.Length < Body.Length || bytes > 0;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpContent? content = null, HttpRequestMessage? request = null)
    {
        _estimator.Seen.SetLength(0);
        using var invoker = _service.Over((_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = content ?? new ByteArrayContent(Body) }));
        return await invoker.SendAsync(request ?? new HttpRequestMessage(HttpMethod.Get, Address), Ended);
    }

    private HttpResponseMessage Send()
    {
        using var invoker = _service.Over((_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(Body) }));
        return invoker.Send(new HttpRequestMessage(HttpMethod.Get, Address), Ended);
    }

    /// <summary>A hundred bytes cost a token.</summary>
    private sealed class ByteCounter : ICostEstimator
    {
        public MemoryStream Seen { get; } = new();

        public List<string> Ends { get; } = [];

        public string? ThrowsAt { get; set; }

        public IReadOnlyList<UnitCost> Costs { get; init; } = [new UnitCost(Tokens, Estimated)];

        public Func<long, IReadOnlyList<UnitCost>?> Answer { get; set; } = static bytes => [new UnitCost(Tokens, bytes / 100)];

        public ValueTask<CostEstimate?> EstimateAsync(CostedRequest request, CancellationToken cancellationToken)
        {
            ThrowAt("estimate");
            request.Message.RequestUri.ShouldBe(Address);
            return ValueTask.FromResult<CostEstimate?>(new Estimate(this));
        }

        private void ThrowAt(string when)
        {
            if (ThrowsAt == when)
            {
                throw new FormatException(when);
            }
        }

        private sealed class Estimate(ByteCounter owner) : CostEstimate(owner.Costs), IUsageReader
        {
            public override IUsageReader Watch(HttpResponseMessage response, string? key)
            {
                owner.ThrowAt("watch");
                return this;
            }

            public void Read(ReadOnlySpan<byte> bytes)
            {
                owner.ThrowAt("read");
                bytes.IsEmpty.ShouldBeFalse();
                owner.Seen.Write(bytes);
            }

            public IReadOnlyList<UnitCost>? End(bool isComplete)
            {
                owner.Ends.Add(isComplete ? "complete" : "partial");
                owner.ThrowAt("end");
                return owner.Answer(owner.Seen.Length);
            }
        }
    }

    private sealed class BrokenStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new IOException("It broke off.");
    }
}
