using System.CommandLine;
using System.Globalization;
using RateLimited.Http.Configuration;
using RateLimited.Http.Configuration.Presets;
using RateLimited.Http.History;
using RateLimited.Http.History.Journal;
using RateLimited.Http.Tool.Input;
using RateLimited.Http.Tool.Output;

namespace RateLimited.Http.Tool.Commands;

/// <summary>Reports on a day or a week of a journal that a program has recorded.</summary>
internal sealed class ReportCommand : Command
{
    private const string DayFormat = "yyyy-MM-dd";

    private readonly Argument<string> _directory = new("directory") { Description = "The journal: the directory that the program records in.", HelpName = "DIRECTORY" };
    private readonly Option<string?> _day = new("--day") { Description = "The day to report on, in UTC. Without it and --week, the last day that is in the journal.", HelpName = "YYYY-MM-DD" };
    private readonly Option<string?> _week = new("--week") { Description = "The week that this day is in, from Monday to Sunday.", HelpName = "YYYY-MM-DD" };
    private readonly Option<bool> _html = new("--html") { Description = "Writes one page that needs no other file." };
    private readonly Option<string[]> _preset = new("--preset") { Description = "The provider whose tiers a service is compared with, where its name does not say. For several services, several times.", HelpName = "SERVICE=NAME" };

    public ReportCommand()
        : base("report", "Reports on a day or a week of recorded usage: refusals by endpoint, tenant and key, what is left of quotas and when they run out, which tier would fit.")
    {
        Add(_directory);
        foreach (var option in (Option[])[_day, _week, _html, _preset])
        {
            Add(option);
        }
    }

    public int Run(ParseResult given, Terminal terminal, bool isJson)
    {
        var isHtml = given.GetValue(_html);
        if (isHtml && isJson)
        {
            throw new BadInputException("report: --html and --json → one of them.");
        }

        var directory = given.GetRequiredValue(_directory);
        var presets = Presets(given);
        var report = Report(directory, Period(given, directory), presets);
        terminal.Output.Write(isJson ? report.ToJson() + Environment.NewLine : isHtml ? report.ToHtml() : report.ToText());
        return ExitCode.Fine;
    }

    private ReportPeriod Period(ParseResult given, string directory)
    {
        var files = Files(directory);
        var (day, week) = (given.GetValue(_day), given.GetValue(_week));
        if (day is not null && week is not null)
        {
            throw new BadInputException("report: --day and --week → one of them.");
        }

        return week is not null ? ReportPeriod.Week(Day("--week", week)) : ReportPeriod.Day(day is null ? files[^1].Day : Day("--day", day));
    }

    private static IReadOnlyList<SegmentName> Files(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new BadInputException($"{InputFile.Shown(directory)}: {(File.Exists(directory) ? "a file → a directory" : "there is no such directory")}.");
        }

        try
        {
            return SegmentName.In(directory) is { Count: > 0 } files
                ? files
                : throw new BadInputException($"{InputFile.Shown(directory)}: no journal → the directory that a program with AddRateLimitHistory() records in.");
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw new BadInputException($"{InputFile.Shown(directory)}: it cannot be read.", fault);
        }
    }

    private static HistoryReport Report(string directory, ReportPeriod period, IReadOnlyDictionary<string, string> presets)
    {
        try
        {
            return HistoryReport.Of(period, JournalReader.ReadAsync(directory, HistoryReport.FirstOf(period), period.To, CancellationToken.None).ToBlockingEnumerable(), presets);
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw new BadInputException($"{InputFile.Shown(directory)}: it cannot be read.", fault);
        }
    }

    private static DateOnly Day(string option, string text)
    {
        // The calendar's ends have no week around them.
        return DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 2000 and < 9999
            ? day
            : throw OptionText.Wrong(option, text, "a day from the year 2000 on, such as '2026-11-26'");
    }

    private Dictionary<string, string> Presets(ParseResult given)
    {
        var presets = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var text in given.GetValue(_preset) ?? [])
        {
            if (text.LastIndexOf('=') is not (> 0 and var at) || at == text.Length - 1)
            {
                throw OptionText.Wrong("--preset", text, "a service and a provider, such as 'shop=shopify'");
            }

            var name = text[(at + 1)..];
            presets[text[..at]] = KnownPresets.Find(name)?.Name ?? throw OptionText.Wrong("--preset", name, NearestWord.OfKnown(name, KnownPresets.Words));
        }

        return presets;
    }
}
