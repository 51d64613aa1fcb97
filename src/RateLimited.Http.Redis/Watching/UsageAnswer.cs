using System.Globalization;
using System.Text;

namespace RateLimited.Http.Redis.Watching;

/// <summary>What a server answers to what a process says: how many processes there are, and what each says, of those that say what one does; and of which alerts somebody knows.</summary>
internal sealed record UsageAnswer(int Processes, IReadOnlyList<(string Process, ProcessReport Report)> Reports, IReadOnlyList<Acknowledgement> Acknowledged)
{
    public static UsageAnswer Of(byte[] answer)
    {
        var lines = Encoding.UTF8.GetString(answer).Split('\n');
        var reports = new List<(string Process, ProcessReport Report)>();
        var acknowledged = new List<Acknowledgement>();
        foreach (var line in lines.Skip(1))
        {
            if (line.StartsWith("@ ", StringComparison.Ordinal))
            {
                if (Acknowledgement.Of(Encoding.UTF8.GetBytes(line[2..])) is { } known)
                {
                    acknowledged.Add(known);
                }
            }
            else if (line.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space && ProcessReport.Of(Encoding.UTF8.GetBytes(line[(space + 1)..])) is { } report)
            {
                reports.Add((line[..space], report));
            }
        }

        return new UsageAnswer(int.TryParse(lines[0].Split(' ')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var processes) ? processes : reports.Count, reports, acknowledged);
    }
}
