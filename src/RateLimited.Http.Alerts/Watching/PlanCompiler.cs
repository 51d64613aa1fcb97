using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RateLimited.Http.Alerts.Configuration;
using RateLimited.Http.Alerts.Delivery;
using RateLimited.Http.Alerts.Notices;
using RateLimited.Http.Alerts.Sinks;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Alerts.Watching;

/// <summary>Makes a plan of the options, whole or not at all.</summary>
internal sealed class PlanCompiler(IOptionsFactory<AlertOptions> factory, IEnumerable<IAlertSink> others, SinkHttp http, ILogger log)
{
    /// <exception cref="OptionsValidationException">Something is wrong; it holds all faults.</exception>
    public AlertPlan Compile()
    {
        var options = factory.Create(Options.DefaultName);
        return new AlertPlan
        {
            Enabled = options.Enabled,
            Interval = options.Interval,
            GroupInterval = options.GroupInterval,
            History = options.History,
            Source = options.Source ?? Fault.Excerpt(Environment.MachineName),
            Quiet = options.QuietHours is { From: { } from, To: { } to } quiet ? new QuietHours(from, to, Zone(quiet.TimeZone), quiet.Passes) : null,
            Rules = RuleCompiler.Book(options),
            Sinks = [.. Sinks(options).GroupBy(static plan => plan.Sink.Name, StringComparer.Ordinal).Select(static same => same.Last())],
            Summary = options.Email is { Host: not null, DailySummary: { } at } ? (at, Zone(options.Email.TimeZone)) : null,
        };
    }

    private IEnumerable<SinkPlan> Sinks(AlertOptions options)
    {
        if (options.Log.Enabled)
        {
            yield return Plan(new LogSink(log), options.Log.MinimumSeverity);
        }

        if (options.Webhook.Url is { } webhook)
        {
            yield return Plan(new WebhookSink(new Uri(webhook), options.Webhook.Token, http), options.Webhook.MinimumSeverity);
        }

        if (options.Slack.Url is { } slack)
        {
            yield return Plan(new SlackSink(new Uri(slack), http), options.Slack.MinimumSeverity);
        }

        if (options.PagerDuty.RoutingKey is { } routingKey)
        {
            yield return Plan(new PagerDutySink(new Uri(options.PagerDuty.Url), routingKey, http), options.PagerDuty.MinimumSeverity);
        }

        if (options.Email.Host is { } host)
        {
            yield return Plan(new EmailSink(RouteOf(options.Email, host)), options.Email.MinimumSeverity, takesSummaries: true);
        }

        foreach (var sink in others)
        {
            yield return Plan(sink, AlertSeverity.Info);
        }

        SinkPlan Plan(IAlertSink sink, AlertSeverity from, bool takesSummaries = false) =>
            new(sink, from, options.Delivery.Timeout, options.Delivery.GiveUpAfter, options.Delivery.Outbox) { TakesSummaries = takesSummaries };
    }

    private static EmailRoute RouteOf(EmailSinkOptions email, string host) => new()
    {
        Host = host,
        Port = email.Port,
        Security = email.Security,
        From = email.From!,
        To = [.. email.To],
        UserName = email.UserName,
        Password = email.Password,
    };

    private static TimeZoneInfo Zone(string? id) => id is not null && LimitFaults.TryZone(id, out var zone) ? zone! : TimeZoneInfo.Utc;
}
