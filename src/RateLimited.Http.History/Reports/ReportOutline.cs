namespace RateLimited.Http.History.Reports;

/// <summary>What a report says, in order: what its text and its page are both made of.</summary>
internal static class ReportOutline
{
    public static IEnumerable<ReportSection> Of(HistoryReport report)
    {
        var lines = new List<string> { report.Services.Count == 0 ? "Nothing was recorded." : "All times are UTC." };
        if (report.LostRefusals > 0 || report.LostMinutes > 0)
        {
            lines.Add($"Missing: {ReportWords.Of(report.LostRefusals)} refusals and {ReportWords.Of(report.LostMinutes)} minutes of services could not be recorded.");
        }

        yield return new ReportSection(1, $"Rate limits, {ReportWords.Of(report.Period)}", lines);
        foreach (var section in report.Services.SelectMany(Of))
        {
            yield return section;
        }
    }

    private static IEnumerable<ReportSection> Of(ServiceReport service)
    {
        yield return new ReportSection(2, ReportWords.Of(service.Service), Summary(service));
        if (service.Limits.Count > 0)
        {
            yield return new ReportSection(3, "Limits", [.. service.Limits.SelectMany(Forecasts)], Limits(service.Limits));
        }

        foreach (var (title, head, ranking) in Rankings(service))
        {
            yield return new ReportSection(3, title, ranking.Others > 0 ? [$"{ReportWords.Of(ranking.Others)} more have other names."] : [], Ranking(head, ranking));
        }

        foreach (var (title, times) in (IEnumerable<(string, IReadOnlyList<TimeCounts>)>)[("By the hour", service.Hours), ("By the hour of the day, as far as it is known", service.ByHour), ("By the day of the week, as far as it is known", service.ByWeekday)])
        {
            if (times.Any(static time => time.Minutes > 0))
            {
                yield return new ReportSection(3, title, [], Times(times));
            }
        }

        if (service.Tiers.Count > 0)
        {
            yield return new ReportSection(3, "Tiers", [Best(service.Tiers)], Tiers(service.Tiers));
        }
    }

    private static string[] Summary(ServiceReport service)
    {
        var requests = service.Requests;
        return
        [
            $"{ReportWords.Of(requests.Total)} requests: {ReportWords.Of(requests.Admitted)} went at once, {ReportWords.Of(requests.Waited)} waited and went, {ReportWords.Of(requests.Refused)} were refused, {ReportWords.Of(requests.DryRun)} went in a dry run.",
            $"{ReportWords.Percent(requests.HitRate)} met a limit. {ReportWords.Of(service.Unexpected429)} were answered with 429 although the limits had admitted them. {ReportWords.Of(requests.Bypassed)} more were not limited.",
        ];
    }

    private static IEnumerable<string> Forecasts(LimitReport limit)
    {
        var name = $"{ReportWords.Of(limit.Name)} ({ReportWords.Of(limit.Partition)})";
        if (limit.RunsOutAt is { } runsOut)
        {
            yield return $"{name} runs out at {ReportWords.Of(runsOut)} if it is used on as it mostly is at such times.";
        }

        if (limit.OutgrownOn is { } outgrown)
        {
            yield return $"{name} is outgrown on {ReportWords.Of(outgrown)} if its use goes on as it has gone so far.";
        }
    }

    private static ReportTable Limits(IReadOnlyList<LimitReport> limits) => new(
        ["limit", "of", "unit", "#quota", "#most used", "at", "#breathing room", "#taken", "#left"],
        [.. limits.Select(static limit => (ReportCell[])
        [
            ReportWords.Of(limit.Name), ReportWords.Of(limit.Partition), ReportWords.Of(limit.Unit), ReportWords.Of(limit.Quota), ReportWords.Of(limit.Peak), ReportWords.Of(limit.PeakAt),
            ReportWords.Share(limit.BreathingRoom), ReportWords.Of(limit.Taken), ReportWords.Of(limit.Left),
        ])]);

    private static IEnumerable<(string Title, string Head, RefusalRanking Ranking)> Rankings(ServiceReport service) =>
        ((IEnumerable<(string, string, RefusalRanking)>)
        [
            ("Refusals by reason", "reason", service.ByReason),
            ("Refusals by limit", "limit", service.ByLimit),
            ("Refusals by endpoint", "endpoint", service.ByEndpoint),
            ("Refusals by tenant", "tenant", service.ByTenant),
            ("Refusals by key", "key", service.ByKey),
        ]).Where(static each => each.Item3.Top.Count > 0);

    private static ReportTable Ranking(string head, RefusalRanking ranking) => new([head, "#refusals"], [.. ranking.Top.Select(static each => (ReportCell[])[ReportWords.Of(each.Name), ReportWords.Of(each.Count)])]);

    private static ReportTable Times(IReadOnlyList<TimeCounts> times) => new(
        ["time", "#minutes known", "#requests", "#refused", "#met a limit", "#most used"],
        [.. times.Select(static time => (ReportCell[])
        [
            ReportWords.Of(time.Name), ReportWords.Of(time.Minutes), ReportWords.Of(time.Requests.Total), ReportWords.Of(time.Requests.Refused), ReportWords.Share(time.Requests.HitRate),
            time.Minutes == 0 ? ReportWords.None : ReportWords.Share(time.PeakShare),
        ])]);

    private static string Best(IReadOnlyList<TierReport> tiers) => tiers.FirstOrDefault(static tier => tier.IsBest) is { } best
        ? $"{ReportWords.Of(best.Tier ?? best.Preset)} fits with the least to spare."
        : "None of them would carry what was used with a fifth of each quota to spare.";

    private static ReportTable Tiers(IReadOnlyList<TierReport> tiers) => new(
        ["tier", "fits", "#most used", "of its limit", "#limits compared"],
        [.. tiers.Select(static tier => (ReportCell[])[ReportWords.Of(tier.Tier ?? tier.Preset), tier.Fits ? "yes" : "no", ReportWords.Share(tier.PeakShare), ReportWords.Of(tier.Limit), ReportWords.Of(tier.Compared)])]);
}
