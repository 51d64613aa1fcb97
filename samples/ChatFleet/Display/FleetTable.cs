using System.Globalization;
using ChatFleet.Upstream;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http;
using RateLimited.Http.AI;
using Spectre.Console;

namespace ChatFleet.Display;

/// <summary>What became of each key, what was spent, and a last line for programs.</summary>
internal static class FleetTable
{
    public static void Write(FleetReport report, IReadOnlyList<UpstreamKey> keys, FleetUpstream upstream, IServiceProvider services)
    {
        var status = services.GetRequiredKeyedService<IServiceRateLimiter>("openai").GetStatus();
        var spend = services.GetRequiredKeyedService<ITokenCosts>("openai").GetSpend();
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var column in (string[])["key", "at the provider", "as we found it", "chats", "429", "refused", "tokens", "usd"])
            table.AddColumn(new TableColumn(column));

        foreach (var key in keys)
        {
            var counts = upstream.CountsOf(key);
            var usd = spend.Keys.FirstOrDefault(each => each.Name == key.Name)?.Usd ?? 0;
            table.AddRow(key.Name, $"{key.State}", $"{status.Keys.Single(each => each.Name == key.Name).State}", $"{counts.Chats}", $"{counts.Limited}", $"{counts.Refused}", $"{counts.Tokens}", Dollars(usd));
        }

        AnsiConsole.Write(table);
        foreach (var model in spend.Models)
            AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{model.Model}: {model.Requests} chats, {model.InputTokens} + {model.OutputTokens} tokens, {Dollars(model.Usd ?? 0)} usd, estimates off by {model.EstimateError:0.0%}"));

        var limited = keys.Where(static key => key.State == UpstreamKeyState.Live).Sum(key => upstream.CountsOf(key).Limited);
        AnsiConsole.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"summary chats={report.Chats} tokens={report.Tokens} seconds={report.Time.TotalSeconds:0.0} status429live={limited} usd={Dollars(spend.Total)}"));
    }

    private static string Dollars(decimal usd) => usd.ToString("0.0000", CultureInfo.InvariantCulture);
}
