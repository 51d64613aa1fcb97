using System.Net;
using System.Text.Json;
using RateLimited.Http.Arena.Cells;
using RateLimited.Http.Arena.Clients;
using RateLimited.Http.Arena.Demand;
using RateLimited.Http.Arena.Reports;
using RateLimited.Http.Arena.Upstreams;
using RateLimited.Http.Testing.Answers;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;

namespace RateLimited.Http.Testing.Tests.Arena;

/// <summary>The arena's upstream with four keys: who is given what, what is counted, and what ours must reach there.</summary>
public sealed class ArenaKeysTests
{
    private static readonly TimeSpan TwoSeconds = TimeSpan.FromSeconds(2);

    private static readonly ArenaUpstream Upstream = UpstreamList.All.Single(static upstream => upstream.Keys.Count > 0);

    public static TheoryData<string> Strategies => [.. Strategy.All.Select(static strategy => strategy.Name)];

    /// <summary>Over real HTTP, and less than what the four buckets hold at first: nobody has to wait for a refill.</summary>
    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task Every_client_calls_with_all_four_keys_and_with_no_other(string name)
    {
        const int Calls = 40;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        await using var server = await UpstreamServer.StartAsync(Upstream.Build(new UpstreamBuilder()), cancellationToken: patience.Token);
        using var client = ArenaClient.Create(Strategy.Named(name), new ClientSetup(Upstream, server.Address, Processes: 1, Redis: null, Seed: 1));

        var answered = await Task.WhenAll(Enumerable.Range(0, Calls).Select(call => client.CallAsync(server.Address, new Call(TimeSpan.Zero, $"t{call % 4}", 20 + call), patience.Token)));

        answered.ShouldAllBe(static each => each);
        server.Books.Keys.Keys.Order(StringComparer.Ordinal).ShouldBe(Upstream.Keys);
        server.Books.Admitted.ShouldBe(Calls);
        server.Books.Refused.ShouldBe(0, server.Books.ToString());
    }

    [Fact]
    public void Who_keeps_to_limits_itself_has_one_set_for_each_key_and_the_others_send_again_with_the_next()
    {
        var setup = new ClientSetup(Upstream, new Uri("http://localhost/"), Processes: 1, Redis: null, Seed: 1);

        Made(isPerKey: true).ShouldBe(4);
        Made(isPerKey: false).ShouldBe(1);
        Strategy.All.Where(static strategy => strategy.IsPerKey).Select(static strategy => strategy.Name).ShouldBe(["bcl-token-bucket", "bcl-fixed", "bcl-sliding", "bcl-paced"]);

        int Made(bool isPerKey)
        {
            var made = 0;
            var strategy = new Strategy("counting", "", (_, inner) =>
            {
                made++;
                return inner;
            })
            {
                IsPerKey = isPerKey,
            };
            using var pipeline = strategy.Pipeline(setup, new Listener());
            return made;
        }
    }

    [Fact]
    public async Task A_rotation_takes_the_keys_in_turn_and_replaces_the_last_one()
    {
        var listener = new Listener();
        using var client = new HttpMessageInvoker(new KeyRotation(["a", "b", "c"], () => listener));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://localhost/");
        for (var i = 0; i < 7; i++)
        {
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        }

        listener.Heard.ShouldBe(["Bearer a", "Bearer b", "Bearer c", "Bearer a", "Bearer b", "Bearer c", "Bearer a"]);
    }

    /// <summary>The others are told what the upstream takes a call for; ours is told nothing.</summary>
    [Fact]
    public async Task A_call_is_counted_as_it_was_drawn_and_ours_is_not_told()
    {
        for (var tokens = 20; tokens <= UpstreamList.LargestTokens; tokens++)
        {
            using var request = ChatPrompt.Request(new Uri("http://localhost/"), new Call(TimeSpan.Zero, "t", tokens));
            var body = await request.Content!.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            var prompt = Prompt.Of(body).ShouldNotBeNull();

            prompt.Tokens.ShouldBe(tokens);
            request.Headers.GetValues(ArenaHeaders.Tokens).ShouldBe([$"{prompt.Tokens + prompt.MaxTokens}"]);
            (prompt.Tokens + prompt.MaxTokens).ShouldBeLessThanOrEqualTo(ChatPrompt.LargestTokens);
            request.Options.ShouldBeEmpty("what it costs is to be found out");
        }
    }

    [Fact]
    public void Of_four_keys_the_tokens_are_judged_and_the_key_that_differs_most_is_told()
    {
        // All requests of each bucket are used, and of tokens 400, 400, 400 and 300 of 1500: whichever was used most would be the requests.
        var result = CellResult.Of(CellOf(DemandKind.Saturating), BooksOf(10, 10, 10, 7.5), [new CellShare()]);

        (result.Ok, result.Theoretical).ShouldBe((1_500, 6_000));
        result.KeyDeviation.ShouldNotBeNull().ShouldBe(0.2, 1e-9);
        result.Status429.ShouldBe(4, "of all keys together");
    }

    [Fact]
    public void A_key_that_never_came_was_used_not_at_all()
    {
        CellResult.Of(CellOf(DemandKind.Saturating), BooksOf(10, 10, 10), [new CellShare()]).KeyDeviation.ShouldNotBeNull().ShouldBe(1, 1e-9);
        CellResult.Of(CellOf(DemandKind.Saturating), new UpstreamModel([]).Report(At(1)), [new CellShare()]).KeyDeviation.ShouldBeNull();
    }

    [Fact]
    public void Ours_must_use_the_tokens_to_95_percent_each_key_within_five_percent_and_be_refused_with_none()
    {
        var good = Row(DemandKind.Saturating);

        Targets.MissedBy(good).ShouldBeEmpty();
        Targets.MissedBy(good with { Ok = 949 }).Single().ShouldContain("94.9 % used, at least 95.0 %");
        Targets.MissedBy(good with { KeyDeviation = 0.051 }).Single().ShouldContain("a key was used 5.1 % more or less than all on average, at most 5.0 % may be");
        Targets.MissedBy(good with { Status429 = 1 }).Single().ShouldContain("refused 1 times, at most 0");
        Targets.MissedBy(Row(DemandKind.Sparse) with { KeyDeviation = 0.5 }).ShouldBeEmpty("few calls are not divided evenly");
    }

    [Fact]
    public void The_reports_tell_how_even_the_keys_were_used_and_nothing_where_there_is_one()
    {
        CellResult[] rows = [Row(DemandKind.Saturating) with { KeyDeviation = 0.0312 }, Row(DemandKind.Saturating) with { KeyDeviation = null }];
        var document = new ArenaDocument(TwoSeconds, 1, DateTimeOffset.UnixEpoch, rows);

        var page = HtmlReport.Of(document).Split("<tr class=");
        using var json = JsonDocument.Parse(JsonReport.Of(document));

        page[1].ShouldContain("<td>3.1 %</td></tr>");
        page[2].ShouldContain("<td>–</td></tr>");
        json.RootElement.GetProperty("cells")[0].GetProperty("keyDeviation").GetDouble().ShouldBe(0.0312);
        json.RootElement.GetProperty("cells")[1].GetProperty("keyDeviation").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    private static Cell CellOf(DemandKind demand) => new(0, Strategy.Ours, Upstream, demand, 1);

    private static CellResult Row(DemandKind demand) => new(CellOf(demand), 960, 1_000, 0, 12, 0, 400, 300, 900, 1, KeyDeviation: 0.01, Windows: 4);

    /// <summary>An upstream with ten requests and 1500 tokens for each key, which all are asked for at one instant: ten times so many tokens with each, and once more with one request too many.</summary>
    private static UpstreamBooks BooksOf(params double[] tokens)
    {
        var model = new UpstreamModel([UpstreamLimit.TokenBucket(10, TwoSeconds), UpstreamLimit.TokenBucket(1_500, TwoSeconds, unit: "tokens")]);
        for (var key = 0; key < tokens.Length; key++)
        {
            for (var request = 0; request < 11; request++)
            {
                _ = model.Arrive(At(1), new UpstreamCall { Key = Upstream.Keys[key], Method = "POST", Path = "/", Costs = [new UnitCost("tokens", (long)(tokens[key] * 4))] });
            }
        }

        return model.Report(At(1));
    }

    private static ArrivalTime At(int seconds) => new(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(seconds));

    private sealed class Listener : HttpMessageHandler
    {
        public List<string> Heard { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Heard.Add($"{request.Headers.Authorization}");
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
        }
    }
}
