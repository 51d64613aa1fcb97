using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RateLimited.Http.Dashboard.Tests.Alerts;
using RateLimited.Http.Dashboard.Tests.Hosting;

namespace RateLimited.Http.Dashboard.Tests.Pages;

/// <summary>The page as Chromium shows it.</summary>
public sealed class BrowserTests : IAsyncLifetime
{
    private const string HowToGetIt = "The tests need chromium. As root: apt-get update && apt-get install --yes chromium. ./test.sh does it.";

    private readonly List<string> _faults = [];
    private WatchedProgram _program = null!;
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        File.Exists("/usr/bin/chromium").ShouldBeTrue(HowToGetIt);
        _program = await WatchedProgram.StartAsync();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox"] });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await _program.DisposeAsync();
    }

    [Fact]
    public async Task Numbers_change_while_one_looks()
    {
        var page = await OpenAsync();
        var card = page.Locator("a.card", new() { Has = page.Locator("strong", new() { HasTextRegex = new("^api$", RegexOptions.None, TimeSpan.FromSeconds(1)) }) });
        await Assertions.Expect(card).ToContainTextAsync("unexpected 429: 0");

        await _program.SendAsync(429);

        await Assertions.Expect(card).ToContainTextAsync("unexpected 429: 1", new() { Timeout = 20_000 });
        await Assertions.Expect(page.Locator("#state")).ToContainTextAsync("Live");
        _faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Names_show_as_text_whatever_stands_in_them()
    {
        var page = await OpenAsync();

        await page.Locator("a.card", new() { HasText = "onerror" }).Filter(new() { Has = page.Locator("strong", new() { HasText = "onerror" }) }).ClickAsync();

        await Assertions.Expect(page.Locator("#service-name")).ToHaveTextAsync(WatchedProgram.Hostile);
        (await page.Locator("img").CountAsync()).ShouldBe(0);
        (await page.TitleAsync()).ShouldBe("Rate limits");
        _faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Tenants_endpoints_and_refusals_show_as_text_while_one_looks()
    {
        var page = await OpenAsync();
        await page.Locator("a.card[href='#api']").ClickAsync();
        await Assertions.Expect(page.Locator("#tenants-part")).ToBeHiddenAsync();

        await _program.SendAsync(200, WatchedProgram.Hostile);
        _program.Refuse(WatchedProgram.Hostile);

        await Assertions.Expect(page.Locator("#tenants tbody th")).ToHaveTextAsync(WatchedProgram.Hostile, new() { Timeout = 30_000 });
        await Assertions.Expect(page.Locator("#endpoints tbody th").Filter(new() { HasText = "onerror" })).ToHaveTextAsync(WatchedProgram.Hostile);
        await Assertions.Expect(page.Locator("#refusals tbody tr")).ToContainTextAsync("cost_exceeds_quota");
        await Assertions.Expect(page.Locator("#refusals tbody tr")).ToContainTextAsync(WatchedProgram.Hostile);
        (await page.Locator("img").CountAsync()).ShouldBe(0);
        (await page.TitleAsync()).ShouldBe("Rate limits");
        _faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Money_and_what_a_cache_would_save_show_where_somebody_reports_them()
    {
        var meter = _program.Services.GetRequiredService<IMeterFactory>().Create("RateLimited.Http");
        meter.CreateObservableGauge("ai.budget.ratio", static () => new Measurement<double>(0.4, new("service", "api"), new("budget", WatchedProgram.Hostile)));
        meter.CreateObservableGauge("ai.budget.projection", static () => new Measurement<double>(1.25, new("service", "api"), new("budget", WatchedProgram.Hostile)));
        meter.CreateCounter<double>("ai.cost", "{USD}").Add(0.75, new("service", "api"), new("model", WatchedProgram.Hostile));
        meter.CreateObservableGauge("rate_limit.redundancy.share", static () => new Measurement<double>(0.3, new KeyValuePair<string, object?>("service", "api")), "1", "Share of repeats");
        var page = await OpenAsync();

        await page.Locator("a.card[href='#api']").ClickAsync();

        await Assertions.Expect(page.Locator("#budgets tbody tr")).ToContainTextAsync("125%", new() { Timeout = 30_000 });
        await Assertions.Expect(page.Locator("#budgets tbody th")).ToHaveTextAsync(WatchedProgram.Hostile);
        await Assertions.Expect(page.Locator("a.card[href='#api']")).ToContainTextAsync("40% spent, 125% at the end");
        await Assertions.Expect(page.Locator("#spend tbody tr")).ToContainTextAsync("0.75");
        await Assertions.Expect(page.Locator("#redundancy tbody tr")).ToContainTextAsync("Share of repeats");
        await Assertions.Expect(page.Locator("#redundancy tbody tr")).ToContainTextAsync("30%");
        (await page.Locator("img").CountAsync()).ShouldBe(0);
        _faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task All_processes_show_together_and_this_one_alone_while_they_cannot_be_heard_of()
    {
        var book = new KnownFleet();
        await _program.DisposeAsync();
        _program = await WatchedProgram.StartAsync(services => services.AddSingleton<IFleetBook>(book));
        await _program.SendAsync(200);
        var page = await OpenAsync();
        var card = page.Locator("a.card[href='#api']");
        await Assertions.Expect(card).ToContainTextAsync("The other processes have not been heard of yet.");

        book.Status = KnownFleet.Of("api");
        await card.ClickAsync();

        await Assertions.Expect(card).ToContainTextAsync("line 6 · in flight 5", new() { Timeout = 30_000 });
        await Assertions.Expect(card).ToContainTextAsync("unexpected 429: 7");
        await Assertions.Expect(page.Locator("#fleet-state")).ToHaveTextAsync("3 processes share these limits.");
        await Assertions.Expect(page.Locator("#counts tbody tr").Filter(new() { HasText = "admitted" })).ToContainTextAsync("1,234");
        await Assertions.Expect(page.Locator("#fleet-alerts tbody th")).ToHaveTextAsync(WatchedProgram.Hostile);
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Acknowledge: ", RegexOptions.None, TimeSpan.FromSeconds(1)) }).FocusAsync(new() { Timeout = 30_000 });
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#fleet-alerts tbody tr")).ToContainTextAsync("told to its process", new() { Timeout = 30_000 });
        await Assertions.Expect(page.Locator("#fleet-alerts-title")).ToBeFocusedAsync(new() { Timeout = 30_000 });
        book.Acknowledged.ShouldBe([("other-1", "op")]);
        book.Status = book.Status with { Alerts = [book.Status.Alerts[0] with { AcknowledgedAt = DateTimeOffset.UnixEpoch, AcknowledgedBy = WatchedProgram.Hostile }] };
        await Assertions.Expect(page.Locator("#fleet-alerts tbody tr")).ToContainTextAsync($"{WatchedProgram.Hostile}, ", new() { Timeout = 30_000 });
        await Assertions.Expect(page.Locator("#fleet-keys tbody tr")).ToContainTextAsync("active: 2, error: 1");
        await Assertions.Expect(page.Locator("#tenants tbody tr").First).ToContainTextAsync("3,000", new() { Timeout = 30_000 });
        await Assertions.Expect(page.Locator("#tenants tbody th").First).ToHaveTextAsync(WatchedProgram.Hostile);
        await Assertions.Expect(page.Locator("#tenants-since")).ToContainTextAsync("of 3 processes; each name may have had 17 more");
        await Assertions.Expect(page.Locator("#endpoints tbody tr").Last).ToContainTextAsync("456");
        await Assertions.Expect(page.Locator("#refusals tbody tr")).ToContainTextAsync(WatchedProgram.Hostile);

        book.Status = book.Status with { Fault = WatchedProgram.Hostile };

        await Assertions.Expect(page.Locator("#fleet-state")).ToContainTextAsync("The numbers are of this one alone.", new() { Timeout = 30_000 });
        await Assertions.Expect(card).ToContainTextAsync("unexpected 429: 0");
        await Assertions.Expect(page.Locator("#fleet-alerts-part")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("#fleet-keys-part")).ToBeHiddenAsync();
        (await page.Locator("img").CountAsync()).ShouldBe(0);
        (await page.TitleAsync()).ShouldBe("Rate limits");
        _faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_service_is_chosen_and_read_by_the_keyboard_alone()
    {
        var page = await OpenAsync();
        await Assertions.Expect(page.Locator("a.card")).ToHaveCountAsync(3);

        for (var tabs = 0; tabs < 10 && await page.EvaluateAsync<string?>("document.activeElement.getAttribute('href')") is not "#keyed"; tabs++)
        {
            await page.Keyboard.PressAsync("Tab");
        }

        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(page.Locator("#service-name")).ToHaveTextAsync("keyed");
        await Assertions.Expect(page.Locator("#service-name")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("#keys tbody tr")).ToContainTextAsync("first");
        await Assertions.Expect(page.Locator("#limits tbody tr")).ToContainTextAsync("10 requests");
    }

    [Fact]
    public async Task An_alert_shows_as_text_and_is_acknowledged_by_the_keyboard_alone()
    {
        await _program.DisposeAsync();
        _program = await AlertingProgram.StartAsync();
        var alert = await _program.AlertAsync();
        var page = await OpenAsync();
        var button = page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Acknowledge: ", RegexOptions.None, TimeSpan.FromSeconds(1)) });
        await Assertions.Expect(button).ToHaveCountAsync(1, new() { Timeout = 30_000 });
        await Assertions.Expect(page.Locator("#alerts-open tbody th")).ToHaveTextAsync(alert.Summary);

        await button.FocusAsync();
        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(page.Locator("#alerts-open tbody tr")).ToContainTextAsync("op, ", new() { Timeout = 30_000 });
        await Assertions.Expect(page.Locator("#alerts-title")).ToBeFocusedAsync(new() { Timeout = 30_000 });
        await Assertions.Expect(button).ToHaveCountAsync(0, new() { Timeout = 30_000 });
        _program.Services.GetRequiredService<IAlertBook>().Open.Single().AcknowledgedBy.ShouldBe("op");
        (await page.Locator("img").CountAsync()).ShouldBe(0);
        (await page.TitleAsync()).ShouldBe("Rate limits");
        _faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_fits_a_phone_in_the_dark()
    {
        await _program.SendAsync(200, new string('x', 300));
        _program.Refuse(new string('x', 300));
        var page = await OpenAsync(new() { ViewportSize = new() { Width = 360, Height = 640 }, ColorScheme = ColorScheme.Dark });
        await page.Locator("a.card[href='#api']").ClickAsync();
        await Assertions.Expect(page.Locator("#refusals tbody tr")).ToBeVisibleAsync(new() { Timeout = 30_000 });

        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(360);
        (await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor")).ShouldBe("rgb(20, 23, 26)");
    }

    [Fact]
    public async Task Script_that_is_not_its_own_is_blocked()
    {
        var page = await OpenAsync();

        await page.EvaluateAsync("""
            const script = document.createElement('script');
            script.textContent = "document.title = 'owned'";
            document.head.append(script);
            const elsewhere = document.createElement('script');
            elsewhere.src = 'data:text/javascript,document.title=%22owned%22';
            document.head.append(elsewhere);
            """);

        await Assertions.Expect(page).ToHaveTitleAsync("Rate limits");
        _faults.ShouldContain(static fault => fault.Contains("Content Security Policy", StringComparison.Ordinal));
    }

    private async Task<IPage> OpenAsync(BrowserNewContextOptions? options = null)
    {
        options ??= new();
        options.ExtraHTTPHeaders = [new(OperatorScheme.Header, "yes")];
        var context = await _browser.NewContextAsync(options);
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type is "error")
            {
                _faults.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _faults.Add(error);
        await page.GotoAsync(new Uri(_program.Address, "/rate-limits").ToString());
        await Assertions.Expect(page.Locator("a.card").First).ToBeVisibleAsync(new() { Timeout = 20_000 });
        return page;
    }
}
