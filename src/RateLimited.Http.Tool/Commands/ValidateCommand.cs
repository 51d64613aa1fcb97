using System.CommandLine;
using RateLimited.Http.Configuration;
using RateLimited.Http.Tool.Input;
using RateLimited.Http.Tool.Output;
using RateLimited.Http.Tool.Validation;

namespace RateLimited.Http.Tool.Commands;

/// <summary>Checks an appsettings.json as a host that starts by it would.</summary>
internal sealed class ValidateCommand : Command
{
    private readonly Argument<string> _file = new("file") { Description = "The appsettings.json to check.", HelpName = "FILE" };
    private readonly Option<string?> _log = new("--log") { Description = "An access log (CSV or JSON Lines): says which endpoints in it have no limit of their own.", HelpName = "LOG" };
    private readonly Option<string?> _service = new("--service") { Description = "The service that the log's requests went to, where the log does not say and there are several.", HelpName = "NAME" };

    public ValidateCommand()
        : base("validate", "Checks an appsettings.json: says of each fault the path, the line, the value and what would be right.")
    {
        Add(_file);
        Add(_log);
        Add(_service);
    }

    public int Run(ParseResult given, Terminal terminal, bool isJson)
    {
        var report = Report(ConfigurationFile.Read(given.GetRequiredValue(_file)), given.GetValue(_log), given.GetValue(_service), terminal);
        if (isJson)
        {
            terminal.Json(report, ToolJson.Readable.ValidationReport);
        }
        else
        {
            ValidationText.Write(terminal, report);
        }

        return report.IsFine ? ExitCode.Fine : ExitCode.Findings;
    }

    private static ValidationReport Report(ConfigurationFile file, string? log, string? service, Terminal terminal)
    {
        var (configured, faults) = (file.Configured, file.Configured.Faults.Select(fault => new FaultDocument(fault.Path, file.LineOf(fault.Path), fault.Value, fault.Right)).ToList());
        if (configured.Services.Count == 0)
        {
            faults.Add(new FaultDocument(
                RateLimitingOptionsReader.ServicesPath, file.LineOf(RateLimitingOptionsReader.ServicesPath), Fault.Missing, "a section of services, such as { \"openai\": { \"Limits\": \"500/minute\" } }"));
        }

        var named = service is null ? null : file.Service(service).Name;
        var use = log is null ? null : Entries(log, file, ref named, terminal);
        return new ValidationReport(
            InputFile.Shown(file.Path),
            [.. configured.Services.Keys.Order(StringComparer.Ordinal).Select(static name => Terminal.Shown(name))],
            faults,
            configured.UnlistedFaults,
            use is not null && faults.Count == 0 ? new EndpointUse(configured).Of(use, named) : null);
    }

    private static IReadOnlyList<LogEntry> Entries(string log, ConfigurationFile file, ref string? service, Terminal terminal)
    {
        var entries = terminal.Progress("reading the log", progress => AccessLog.Read(log, [], progress));
        if (!entries.Any(static entry => entry.Path is not null || entry.Endpoint is not null))
        {
            throw new BadInputException($"{InputFile.Shown(log)}: no request has a path → a field 'path'.");
        }

        if (service is null && file.Configured.Services.Count > 0 && entries.Any(static entry => entry.Service is null))
        {
            service = file.Service(name: null).Name;
        }

        return entries;
    }
}
