using System.CommandLine;
using System.Globalization;
using RateLimited.Http.Configuration;
using RateLimited.Http.Testing.Simulation;
using RateLimited.Http.Tool.Input;
using RateLimited.Http.Tool.Output;
using RateLimited.Http.Tool.Simulation;

namespace RateLimited.Http.Tool.Commands;

/// <summary>Runs a service's limits against a demand in virtual time.</summary>
internal sealed class SimulateCommand : Command
{
    private static readonly string[] Profiles = ["steady", "poisson", "bursts", "diurnal"];
    private static readonly NumberRange Seeds = new(0, int.MaxValue, "a whole number from 0 to 2_147_483_647");
    private static readonly NumberRange Counts = new(1, 100_000, "a whole number from 1 to 100_000");

    private readonly Argument<string> _file = new("file") { Description = "The appsettings.json with the service.", HelpName = "FILE" };
    private readonly Option<string?> _service = new("--service") { Description = "The service, where there are several.", HelpName = "NAME" };
    private readonly Option<string?> _log = new("--log") { Description = "A recorded access log (CSV or JSON Lines) as the demand.", HelpName = "LOG" };
    private readonly Option<string> _demand = new("--demand") { Description = "The demand: steady, poisson, bursts or diurnal.", HelpName = "PROFILE", DefaultValueFactory = static _ => "poisson" };
    private readonly Option<string> _rate = new("--rate") { Description = "How many requests come, such as 5/second or 1000000/day. With bursts: how far apart they are.", HelpName = "RATE", DefaultValueFactory = static _ => "1/second" };
    private readonly Option<string> _burst = new("--burst") { Description = "How many requests come at once with bursts.", HelpName = "SIZE", DefaultValueFactory = static _ => "100" };
    private readonly Option<string> _duration = new("--duration") { Description = "For how long requests come.", HelpName = "TIME", DefaultValueFactory = static _ => "1 day" };
    private readonly Option<string> _latency = new("--latency") { Description = "How long the upstream takes to answer, such as 250ms or 100ms..2s.", HelpName = "TIME", DefaultValueFactory = static _ => "250 ms" };
    private readonly Option<string[]> _cost = new("--cost") { Description = "What a request costs of a unit, such as tokens=1200 or tokens=500..2000. For several units, several times.", HelpName = "UNIT=AMOUNT" };
    private readonly Option<string[]> _price = new("--price") { Description = "What one of a unit costs in money, such as tokens=0.000002.", HelpName = "UNIT=PRICE" };
    private readonly Option<string?> _endpoint = new("--endpoint") { Description = "The requests' method and path, such as 'GET /search', or the endpoint's key.", HelpName = "ENDPOINT" };
    private readonly Option<string?> _tenants = new("--tenants") { Description = "How many tenants the requests are of.", HelpName = "NUMBER" };
    private readonly Option<string?> _names = new("--names") { Description = "How many names limits 'per name' count them by.", HelpName = "NUMBER" };
    private readonly Option<string?> _start = new("--start") { Description = "When it begins by the wall clock; a log begins with its first request.", HelpName = "TIME" };
    private readonly Option<string> _seed = new("--seed") { Description = "The same seed gives the same result.", HelpName = "NUMBER", DefaultValueFactory = static _ => "1" };

    public SimulateCommand()
        : base("simulate", "Runs a service's limits against a demand or a recorded log in virtual time: waits, refusals, utilisation, cost.")
    {
        Add(_file);
        foreach (var option in (Option[])[_service, _log, _demand, _rate, _burst, _duration, _latency, _cost, _price, _endpoint, _tenants, _names, _start, _seed])
        {
            Add(option);
        }
    }

    public int Run(ParseResult given, Terminal terminal, bool isJson)
    {
        var file = ConfigurationFile.Read(given.GetRequiredValue(_file));
        file.MustBeRight();
        var (name, options) = file.Service(given.GetValue(_service));
        PlannedService.MustHaveLimits(InputFile.Shown(file.Path), name, options);
        var (setup, demand) = Setup(given, file, name, options, terminal);
        var document = SimulationDocument.Of(setup, demand, terminal.Progress("simulating", progress => ServiceSimulation.Run(setup, progress)));
        if (isJson)
        {
            terminal.Json(document, ToolJson.Readable.SimulationDocument);
        }
        else
        {
            SimulationText.Write(terminal, document);
        }

        return ExitCode.Fine;
    }

    private (SimulationSetup Setup, string Demand) Setup(ParseResult given, ConfigurationFile file, string name, ServiceRateLimitingOptions options, Terminal terminal)
    {
        var (least, most) = OptionText.Durations("--latency", given.GetRequiredValue(_latency));
        var setup = new SimulationSetup
        {
            Service = name,
            Options = options,
            GlobalLimits = file.Configured.GlobalLimits,
            Demand = Demand.Recorded([]),
            Latency = least,
            Seed = (int)OptionText.Number("--seed", given.GetRequiredValue(_seed), Seeds),
            Prices = new Dictionary<string, decimal>((given.GetValue(_price) ?? []).Select(static price => OptionText.Price("--price", price)).DistinctBy(static price => price.Key, StringComparer.Ordinal), StringComparer.Ordinal),
        };
        if (given.GetValue(_log) is { } log)
        {
            var recorded = terminal.Progress("reading the log", progress => LogDemand.Read(log, name, options, file.Configured.GlobalLimits, progress));
            return (setup with { Demand = recorded.Demand, Start = recorded.Start, Duration = recorded.Duration }, $"{Words.Amount(recorded.Requests, "request")} of {InputFile.Shown(log)}");
        }

        var mix = new RequestMix
        {
            Costs = [.. (given.GetValue(_cost) ?? []).Select(static cost => OptionText.Cost("--cost", cost))],
            Endpoint = given.GetValue(_endpoint) is { } endpoint ? PlannedService.EndpointOf(name, options, endpoint) : null,
            Tenants = Count("--tenants", given.GetValue(_tenants)),
            Names = Count("--names", given.GetValue(_names)),
            LeastLatency = least,
            MostLatency = most,
        };
        var duration = OptionText.Duration("--duration", given.GetRequiredValue(_duration), TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(366));
        var (demand, words) = Generated(given, mix, duration);
        return (setup with { Demand = demand, Duration = duration, Start = given.GetValue(_start) is { } start ? OptionText.Instant("--start", start) : setup.Start }, words);
    }

    private (Demand Demand, string Words) Generated(ParseResult given, RequestMix mix, TimeSpan duration)
    {
        // Half of what the simulation takes: what is drawn may be a little more than it is on average.
        const long MostRequests = ServiceSimulation.MostRequests / 2;
        var (profile, rate) = (given.GetRequiredValue(_demand), given.GetRequiredValue(_rate));
        var perSecond = OptionText.Rate("--rate", rate);
        if (perSecond * duration.TotalSeconds > MostRequests)
        {
            throw new BadInputException(string.Create(CultureInfo.InvariantCulture, $"--rate: {Fault.Quote(rate)} for {Words.Of(duration)} is {perSecond * duration.TotalSeconds:0} requests → at most {MostRequests}."));
        }

        var words = $"{profile} {Terminal.Shown(rate)}";
        switch (profile)
        {
            case "steady":
                return (Demand.Steady(perSecond, mix), words);
            case "poisson":
                return (Demand.Poisson(perSecond, mix), words);
            case "diurnal":
                return (Demand.Diurnal(perSecond, mix: mix), words);
            case "bursts":
                var size = (int)OptionText.Number("--burst", given.GetRequiredValue(_burst), Counts);
                var every = TimeSpan.FromSeconds(Math.Clamp(size / perSecond, 0.001, TimeSpan.FromDays(366).TotalSeconds));
                return (Demand.Bursts(size, every, mix), $"{words}, {size} at once");
            default:
                throw OptionText.Wrong("--demand", profile, NearestWord.OfKnown(profile, Profiles));
        }
    }

    private static int Count(string option, string? text) => text is null ? 0 : (int)OptionText.Number(option, text, Counts);
}
