using System.Text.Json.Serialization;

namespace RateLimited.Http.Alerts.Sinks;

/// <summary>What an incoming webhook of Slack's takes.</summary>
/// <param name="Text">The text.</param>
/// <param name="HasMarkup">Whether asterisks and the like mean anything in it.</param>
/// <param name="UnfurlsLinks">Whether addresses in it are looked at by Slack.</param>
internal sealed record SlackMessage(
    [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("mrkdwn")] bool HasMarkup,
    [property: JsonPropertyName("unfurl_links")] bool UnfurlsLinks);
