using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using RateLimited.Http.Configuration;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.Tests.Configuration.Keys;

/// <summary>Keys from variables, files and programs, and what becomes of them while they change.</summary>
public sealed class KeySourceTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"keys-{Guid.NewGuid():n}");
    private readonly string _variable = $"TEST_KEYS_{Guid.NewGuid():n}";
    private readonly LogCollector _log = new();
    private readonly ManualTimeProvider _time = new();

    public void Dispose()
    {
        File.Delete(_file);
        Environment.SetEnvironmentVariable(_variable, value: null);
    }

    [Fact]
    public async Task A_file_is_read_line_by_line_and_followed()
    {
        await WriteAsync("\uFEFF# our keys\r\n\r\n one \r\ntwo\r\n");
        using var program = Program(keys => keys.File = _file);
        Sent(program).ShouldBe(["one", "two"]);

        await WriteAsync("two\nthree\n");
        _time.Advance(TimeSpan.FromSeconds(5));

        Sent(program).ShouldBe(["three", "two"]);
        Status(program).Select(static key => key.Name).ShouldBe(["key-2", "key-3"]);
        Logged(14).ShouldBe(["The keys of a were changed while running; it has 2 now."]);
    }

    [Theory]
    [InlineData(null, "no such file, or none that can be read")]
    [InlineData("", "no key")]
    [InlineData("# nothing\n", "no key")]
    [InlineData("good\nCANARY bad \u0001", "something that is no key at 2")]
    public async Task A_file_that_vanishes_or_breaks_changes_nothing_and_says_so_once_and_again_when_it_is_back(string? content, string fault)
    {
        await WriteAsync("one\ntwo");
        using var program = Program(keys => keys.File = _file);
        Sent(program).ShouldBe(["one", "two"]);

        if (content is null)
        {
            File.Delete(_file);
        }
        else
        {
            await WriteAsync(content);
        }

        _time.Advance(TimeSpan.FromSeconds(30));
        Sent(program).ShouldBe(["one", "two"]);
        Logged(15).ShouldBe([$"The keys of a cannot be read from File ({fault}); the last good ones stay."]);

        await WriteAsync("three");
        _time.Advance(TimeSpan.FromSeconds(5));
        Sent(program).ShouldBe(["three"]);
        Logged(16).ShouldBe(["The keys of a can be read from File again."]);
        _log.Entries.ShouldAllBe(static entry => !entry.Message.Contains("CANARY", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "no such file, or none that can be read → the path of a file with a key on each line, that can be read.")]
    [InlineData("a b\u0001", "something that is no key at 1 → the path of a file with a key on each line, that can be read.")]
    public async Task At_start_up_a_file_without_keys_is_a_fault(string? content, string sentence)
    {
        if (content is not null)
        {
            await WriteAsync(content);
        }

        Should.Throw<OptionsValidationException>(() => Program(keys => keys.File = _file)).Failures.ShouldBe([$"RateLimiting:Services:a:Keys:File: {sentence}"]);
    }

    [Fact]
    public void A_variable_holds_keys_between_commas()
    {
        Environment.SetEnvironmentVariable(_variable, " one,two , ,three,");
        using var program = Program(keys => keys.Environment = _variable);

        Sent(program).ShouldBe(["one", "three", "two"]);
    }

    [Fact]
    public void A_variable_that_is_not_set_is_a_fault_that_does_not_repeat_its_name_which_may_be_a_key()
    {
        Should.Throw<OptionsValidationException>(() => Program(static keys => keys.Environment = "CANARY-4711")).Failures.ShouldBe(
            ["RateLimiting:Services:a:Keys:Environment: no such variable → the name of an environment variable that is set, with keys between commas."]);
        Should.Throw<OptionsValidationException>(() => Program(static keys => keys.List.Add(new KeyOptions { Name = "main", Environment = "CANARY-4711" }))).Failures.ShouldBe(
            [
                "RateLimiting:Services:a:Keys:List:0:Environment: a variable without a key → the name of an environment variable that is set, and holds an API key of 1 to 8192 printable ASCII characters on one line, without spaces around it.",
            ]);
    }

    [Fact]
    public void A_key_by_itself_may_come_from_a_variable_with_all_that_is_said_of_it()
    {
        Environment.SetEnvironmentVariable(_variable, " one ");
        using var program = Program(keys => keys.List.Add(new KeyOptions { Name = "main", Environment = _variable, Limits = { LimitOptions.Parse("1/hour") } }));

        Sent(program, requests: 1).ShouldBe(["one"]);
        Status(program).Single().ShouldSatisfyAllConditions(static key => key.Name.ShouldBe("main"), static key => key.Headroom.ShouldBe(0));
    }

    [Fact]
    public async Task A_program_says_itself_when_its_keys_change()
    {
        var source = new Vault("one", "two");
        using var program = Program(keys => keys.Sources.Add(source));
        Sent(program).ShouldBe(["one", "two"]);

        source.Change("two", "three");

        await Eventually.TrueAsync(() => Status(program).Select(static key => key.Name).SequenceEqual(["key-2", "key-3"]));
        Sent(program).ShouldBe(["three", "two"]);
    }

    [Fact]
    public async Task A_program_that_fails_or_has_none_changes_nothing_and_what_it_throws_is_not_repeated()
    {
        var source = new Vault("one");
        using var program = Program(keys => keys.Sources.Add(source));

        source.Change();
        await Eventually.TrueAsync(() => Logged(15).Any());
        source.Fail();
        source.Change("two");
        await Eventually.TrueAsync(() => source.Reads > 2);

        Sent(program).ShouldBe(["one"]);
        Logged(15).ShouldBe(["The keys of a cannot be read from Sources (no key); the last good ones stay."]);
        _log.Entries.ShouldAllBe(static entry => !entry.Message.Contains("CANARY", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_program_that_cannot_say_when_its_keys_change_keeps_those_it_has_and_what_it_throws_is_not_repeated()
    {
        using var silent = Program(static keys => keys.Sources.Add(new Vault("one") { IsSilent = true }));
        Sent(silent).ShouldBe(["one"]);
        Logged(15).ShouldBe(["The keys of a cannot be read from Sources (what says that they change failed with FormatException); the last good ones stay."]);

        var source = new Vault("one");
        using var program = Program(keys => keys.Sources.Add(source));
        source.IsSilent = true;
        source.Change("two");
        await Eventually.TrueAsync(() => Logged(15).Count() > 1);
        _log.Entries.ShouldAllBe(static entry => !entry.Message.Contains("CANARY", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_key_from_two_sources_is_a_fault_at_start_up_and_changes_nothing_later()
    {
        await WriteAsync("one\ntwo");
        Environment.SetEnvironmentVariable(_variable, "three,one");
        Should.Throw<OptionsValidationException>(() => Program(keys => (keys.File, keys.Environment) = (_file, _variable))).Failures.ShouldBe(
            ["RateLimiting:Services:a:Keys:File:1: the same key again → each key once, since RateLimiting:Services:a:Keys:Environment:2 is the same."]);

        Environment.SetEnvironmentVariable(_variable, "three");
        using var program = Program(keys => (keys.File, keys.Environment) = (_file, _variable));
        await WriteAsync("one\nthree");
        _time.Advance(TimeSpan.FromSeconds(5));

        Sent(program).ShouldBe(["one", "three", "two"]);
        Logged(5).ShouldHaveSingleItem().ShouldContain("the same key again");
    }

    [Fact]
    public void Configuration_adds_replaces_and_removes_keys_while_running_and_the_state_of_the_others_stays()
    {
        var source = new ReloadableSource(
            ("Services:a:Limits", "2/hour per key"), ("Services:a:Keys:Origin", "https://api.test"),
            ("Services:a:Keys:List:0:Name", "main"), ("Services:a:Keys:List:0:Value", "one"), ("Services:a:Keys:List:1", "two"));
        using var program = Program(configure: null, source.Root());
        Sent(program, requests: 2).Count.ShouldBe(2);

        source.Change(("Services:a:Keys:List:0:Value", "uno"), ("Services:a:Keys:List:2", "three"));

        Status(program).Select(static key => (key.Name, key.Requests)).ShouldBe([("main", 1), ("key-1", 1), ("key-2", 0)]);
        Status(program).Select(static key => key.Headroom).ShouldBe([0.5, 0.5, 1]);
        Sent(program, requests: 4).ShouldBe(["three", "two", "uno"]);

        source.Change(("Services:a:Keys:List:1", null), ("Services:a:Keys:List:2", null));
        Status(program).Select(static key => (key.Name, key.Headroom)).ShouldBe([("main", 0)]);

        source.Change(("Services:a:Keys:List:0:Value", "u\u0001"));
        Status(program).Count.ShouldBe(1);
        Logged(5).ShouldHaveSingleItem().ShouldContain("Keys:List:0: something that is no key");
    }

    [Fact]
    public void A_client_with_keys_and_no_limits_is_a_fault()
    {
        var faults = Configured.Faults(configuration: null, static services =>
        {
            services.Configure<ServiceRateLimitingOptions>("a", static service => service.Limit("5/s"));
            services.AddHttpClient("other").AddApiKeys("CANARY-4711");
        });

        faults.ShouldBe(["The client 'other' has API keys and no limits → AddServiceRateLimiting beside AddApiKeys."]);
        var services = new ServiceCollection();
        Should.Throw<ArgumentException>(() => services.AddHttpClient("a").AddApiKeys("CANARY\n4711")).Message.ShouldNotContain("CANARY");
        Should.Throw<ArgumentException>(() => services.ConfigureHttpClientDefaults(static clients => clients.AddApiKeys("k1"))).Message.ShouldContain("name the client");
    }

    [Fact]
    public void Clients_of_one_service_share_its_keys_wherever_they_were_given()
    {
        var sent = new List<string>();
        using var container = Configured.Container(configuration: null, services =>
        {
            services.AddHttpClient("one", Base).AddServiceRateLimiting("shared").AddApiKeys("k1").ConfigurePrimaryHttpMessageHandler(() => new KeySpy(sent));
            services.AddHttpClient("two", Base).AddServiceRateLimiting("SHARED").AddApiKeys(static keys => keys.Add("k2").Selection = KeySelection.RoundRobin).ConfigurePrimaryHttpMessageHandler(() => new KeySpy(sent));
            services.Configure<ServiceRateLimitingOptions>("shared", static service => service.Limit("5/s"));
        });
        var clients = container.GetRequiredService<IHttpClientFactory>();

        foreach (var client in (string[])["one", "two", "one"])
        {
            clients.CreateClient(client).Send(new HttpRequestMessage(HttpMethod.Get, "x"), TestContext.Current.CancellationToken);
        }

        sent.ShouldBe(["k1", "k2", "k1"]);

        static void Base(HttpClient client) => client.BaseAddress = new Uri("https://api.test/v1/");
    }

    [Fact]
    public void Without_an_origin_nothing_is_sent_and_the_sentence_says_what_is_missing()
    {
        var sent = new List<string>();
        using var container = Configured.Container(configuration: null, services =>
            services.AddHttpClient("a").AddServiceRateLimiting(static service => service.Limit("5/s")).AddApiKeys("k1").ConfigurePrimaryHttpMessageHandler(() => new KeySpy(sent)));
        var client = container.GetRequiredService<IHttpClientFactory>().CreateClient("a");

        Should.Throw<InvalidOperationException>(() => client.Send(new HttpRequestMessage(HttpMethod.Get, "https://api.test/"), TestContext.Current.CancellationToken)).Message.ShouldBe(
            "The keys of 'a' belong to no origin yet, so that the request was not sent: set Keys:Origin, such as https://api.example.com, or the client's BaseAddress.");
        sent.ShouldBeEmpty();
    }

    private ServiceProvider Program(Action<KeyPoolOptions>? configure, IConfiguration? configuration = null)
    {
        var container = Configured.Container(configuration, services =>
        {
            services.AddSingleton<TimeProvider>(_time);
            services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_log));
            services.AddSingleton(new List<string>());
            services.AddHttpClient("a", static client => client.BaseAddress = new Uri("https://api.test")).AddServiceRateLimiting().ConfigurePrimaryHttpMessageHandler(static provider => new KeySpy(provider.GetRequiredService<List<string>>()));
            services.Configure<ServiceRateLimitingOptions>("a", service =>
            {
                configure?.Invoke(service.Keys);
                if (configuration is null)
                {
                    service.Limit("1000/s");
                }
            });
        });
        container.GetRequiredService<IHttpClientFactory>().CreateClient("a").Dispose();
        return container;
    }

    /// <summary>The keys that came to the upstream with so many requests, each once and in order.</summary>
    private static IReadOnlyList<string> Sent(ServiceProvider program, int requests = 12)
    {
        var sent = program.GetRequiredService<List<string>>();
        sent.Clear();
        for (var i = 0; i < requests; i++)
        {
            program.GetRequiredService<IHttpClientFactory>().CreateClient("a").Send(new HttpRequestMessage(HttpMethod.Get, "/"), TestContext.Current.CancellationToken);
        }

        return [.. sent.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private static IReadOnlyList<KeyStatus> Status(ServiceProvider program) => program.GetRequiredKeyedService<IServiceRateLimiter>("a").GetStatus().Keys;

    private IEnumerable<string> Logged(int id) => _log.Ours.Where(entry => entry.Event.Id == id).Select(static entry => entry.Message);

    private async Task WriteAsync(string content) => await File.WriteAllTextAsync(_file, content, TestContext.Current.CancellationToken);

    private sealed class KeySpy(List<string> sent) : HttpMessageHandler
    {
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            sent.Add(request.Headers.Authorization?.Parameter ?? string.Empty);
            return new HttpResponseMessage();
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(Send(request, cancellationToken));
    }

    private sealed class Vault(params string[] keys) : IApiKeySource
    {
        private volatile string[] _keys = keys;
        private volatile bool _isFailing;
        private CancellationTokenSource _changed = new();
        private int _reads;

        public int Reads => Volatile.Read(ref _reads);

        public IReadOnlyList<KeyOptions> GetKeys()
        {
            Interlocked.Increment(ref _reads);
            return _isFailing ? throw new FormatException("CANARY") : [.. _keys.Select(static key => new KeyOptions { Value = ApiKey.Create(key) })];
        }

        public bool IsSilent { get; set; }

        public IChangeToken GetChangeToken() => IsSilent ? throw new FormatException("CANARY") : new CancellationChangeToken(_changed.Token);

        public void Fail() => _isFailing = true;

        public void Change(params string[] keys)
        {
            _keys = keys;
            Interlocked.Exchange(ref _changed, new CancellationTokenSource()).Cancel();
        }
    }
}
