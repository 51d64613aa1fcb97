using Microsoft.Extensions.Options;
using Npgsql;

namespace RateLimited.Http.History.PostgreSql;

/// <summary>Refuses options that are not right, all faults at once. No sentence repeats how to connect, which may hold a password.</summary>
internal sealed class PostgreSqlHistoryOptionsValidator : IValidateOptions<PostgreSqlHistoryOptions>
{
    private const int LongestName = 63;

    public ValidateOptionsResult Validate(string? name, PostgreSqlHistoryOptions options)
    {
        var faults = new List<string>();
        Check(IsName(options.Schema), nameof(options.Schema), "a letter or underscore, then up to 62 letters, digits and underscores, all in lower case");
        Check(options.ConnectionString is null || IsConnectionString(options.ConnectionString), nameof(options.ConnectionString), "what Npgsql reads, such as 'Host=db;Database=shop;Username=history'");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check(bool isRight, string option, string right)
        {
            if (!isRight)
            {
                faults.Add($"PostgreSqlHistoryOptions.{option}: not right → {right}.");
            }
        }
    }

    private static bool IsName(string? text) =>
        text is { Length: > 0 and <= LongestName } && !char.IsAsciiDigit(text[0]) && text.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');

    private static bool IsConnectionString(string text)
    {
        try
        {
            return !string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(text).Host);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException)
        {
            return false;
        }
    }
}
