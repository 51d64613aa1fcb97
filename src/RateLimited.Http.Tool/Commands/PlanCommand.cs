using System.CommandLine;
using RateLimited.Http.Configuration;
using RateLimited.Http.Configuration.Presets;
using RateLimited.Http.Testing.Simulation;
using RateLimited.Http.Tool.Input;
using RateLimited.Http.Tool.Output;
using RateLimited.Http.Tool.Planning;

namespace RateLimited.Http.Tool.Commands;

/// <summary>Says how many keys, which tier and how long so much work takes.</summary>
internal sealed class PlanCommand : Command
{
    private static readonly NumberRange ItemCounts = new(1, OptionBounds.MaxAmount, "a whole number from 1 to 10^12 as the number of items");
    private static readonly NumberRange KeyCounts = new(1, ServicePlanner.MostKeys, "a whole number from 1 to 10_000 as the number of keys");

    private readonly Argument<string?> _file = new("file") { Arity = ArgumentArity.ZeroOrOne, Description = "The appsettings.json with the service. Or name a provider by --preset.", HelpName = "FILE" };
    private readonly Option<string?> _service = new("--service") { Description = "The service, where there are several.", HelpName = "NAME" };
    private readonly Option<string?> _preset = new("--preset") { Description = "A known provider in place of a file: all of its tiers are planned.", HelpName = "NAME" };
    private readonly Option<string?> _tier = new("--tier") { Description = "Only this tier of the provider.", HelpName = "TIER" };
    private readonly Option<string> _items = new("--items") { Required = true, Description = "How many items the work is.", HelpName = "NUMBER" };
    private readonly Option<string[]> _cost = new("--cost") { Description = "What an item costs of a unit, such as tokens=1200. For several units, several times.", HelpName = "UNIT=AMOUNT" };
    private readonly Option<string?> _endpoint = new("--endpoint") { Description = "The items' method and path, such as 'GET /search', or the endpoint's key.", HelpName = "ENDPOINT" };
    private readonly Option<string?> _tenant = new("--tenant") { Description = "The tenant that all items are of.", HelpName = "NAME" };
    private readonly Option<string> _latency = new("--latency") { Description = "How long the upstream takes to answer.", HelpName = "TIME", DefaultValueFactory = static _ => "250 ms" };
    private readonly Option<string?> _within = new("--within") { Description = "In what time it is to be done: says how many keys that needs.", HelpName = "TIME" };
    private readonly Option<string> _keys = new("--keys") { Description = "How many keys there are, each with the limits to itself.", HelpName = "NUMBER", DefaultValueFactory = static _ => "1" };
    private readonly Option<string?> _start = new("--start") { Description = "When it begins by the wall clock.", HelpName = "TIME" };

    public PlanCommand()
        : base("plan", "Says how many keys, which tier and how long so much work takes, and which limit decides it.")
    {
        Add(_file);
        foreach (var option in (Option[])[_service, _preset, _tier, _items, _cost, _endpoint, _tenant, _latency, _within, _keys, _start])
        {
            Add(option);
        }
    }

    public int Run(ParseResult given, Terminal terminal, bool isJson)
    {
        var document = given.GetValue(_file) is { } file ? OfFile(given, file, terminal) : OfPreset(given, terminal);
        if (document.Plans.All(static plan => plan.Impossible is not null))
        {
            throw new BadInputException($"plan: {document.Plans[0].Impossible}");
        }

        if (isJson)
        {
            terminal.Json(document, ToolJson.Readable.PlanDocument);
        }
        else
        {
            PlanText.Write(terminal, document);
        }

        return ExitCode.Fine;
    }

    private PlanDocument OfFile(ParseResult given, string path, Terminal terminal)
    {
        if (given.GetValue(_preset) is not null || given.GetValue(_tier) is not null)
        {
            throw new BadInputException("plan: a file and --preset or --tier → one of them.");
        }

        var file = ConfigurationFile.Read(path);
        file.MustBeRight();
        var (name, options) = file.Service(given.GetValue(_service));
        PlannedService.MustHaveLimits(InputFile.Shown(path), name, options);
        var plan = Planned(Question(given, name, options) with { GlobalLimits = file.Configured.GlobalLimits }, tier: null, terminal);
        return Document(given, name, options.Preset is { } preset ? KnownPresets.Find(preset) : null, [plan]);
    }

    private PlanDocument OfPreset(ParseResult given, Terminal terminal)
    {
        var name = given.GetValue(_preset) ?? throw new BadInputException("plan: no service → an appsettings.json, or a provider by --preset.");
        var preset = KnownPresets.Find(name) ?? throw OptionText.Wrong("--preset", name, NearestWord.OfKnown(name, KnownPresets.Words));
        var wanted = given.GetValue(_tier);
        if (wanted is not null && preset.TierOf(wanted) is null)
        {
            throw OptionText.Wrong("--tier", wanted, preset.TierNames.Any() ? NearestWord.OfKnown(wanted, preset.TierNames) : $"no tier, since '{preset.Name}' has none");
        }

        var tiers = (wanted is null ? preset.Tiers : [preset.TierOf(wanted)!]).Where(static tier => !tier.Discovers || tier.Endpoints.Length > 0).ToArray();
        if (tiers.Length == 0)
        {
            throw new BadInputException($"plan: no figure of '{preset.Name}' is known beforehand → an appsettings.json with Limits of your own.");
        }

        var plans = tiers.Select(tier => Planned(Question(given, preset.Name, new ServiceRateLimitingOptions { Preset = preset.Name, Tier = tier.Name }), tier.Name, terminal)).ToArray();
        return Document(given, preset.Name, preset, plans);
    }

    private PlanDocument Document(ParseResult given, string service, Preset? preset, IReadOnlyList<TierPlan> plans) => new(
        Terminal.Shown(service),
        Items(given),
        Latency(given).TotalSeconds,
        Within(given)?.TotalSeconds,
        preset?.Counts,
        plans);

    private PlanQuestion Question(ParseResult given, string service, ServiceRateLimitingOptions options)
    {
        var costs = (given.GetValue(_cost) ?? []).Select(static cost => OptionText.Cost("--cost", cost)).ToArray();
        if (costs.FirstOrDefault(static cost => cost.Least != cost.Most) is { Unit: not null } range)
        {
            throw new BadInputException($"--cost: from {range.Least} to {range.Most} {range.Unit} → one amount, since a plan is of equal items.");
        }

        var question = new PlanQuestion
        {
            Service = service,
            Options = options,
            Items = Items(given),
            Item = new AdmissionRequest
            {
                Endpoint = given.GetValue(_endpoint) is { } endpoint ? PlannedService.EndpointOf(service, options, endpoint) : null,
                Tenant = given.GetValue(_tenant),
                Costs = costs.Length == 0 ? null : [.. costs.Select(static cost => UnitCost.Of(cost.Unit, cost.Least))],
            },
            Latency = Latency(given),
            Keys = (int)OptionText.Number("--keys", given.GetRequiredValue(_keys), KeyCounts),
            Within = Within(given),
        };
        return given.GetValue(_start) is { } start ? question with { Start = OptionText.Instant("--start", start) } : question;
    }

    private static TierPlan Planned(PlanQuestion question, string? tier, Terminal terminal)
    {
        try
        {
            return TierPlan.Of(tier, terminal.Progress(tier is null ? "planning" : $"planning {tier}", _ => ServicePlanner.Plan(question)));
        }
        catch (ImpossiblePlanException fault)
        {
            return new TierPlan { Tier = tier, Impossible = fault.Message.TrimEnd('.') };
        }
    }

    private long Items(ParseResult given) => OptionText.Number("--items", given.GetRequiredValue(_items), ItemCounts);

    private TimeSpan Latency(ParseResult given) => OptionText.Duration("--latency", given.GetRequiredValue(_latency), TimeSpan.Zero, TimeSpan.FromDays(1));

    private TimeSpan? Within(ParseResult given) =>
        given.GetValue(_within) is { } within ? OptionText.Duration("--within", within, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(3_660)) : null;
}
