using System.Text;

namespace RateLimited.Http.Tests.Structure;

/// <summary>The lines by which two indented texts differ, each group under the last unindented line before it.</summary>
internal static class TextDiff
{
    public static string Of(string before, string after)
    {
        var old = before.Split('\n');
        var @new = after.Split('\n');
        var common = CommonSuffixLengths(old, @new);
        var difference = new StringBuilder();
        var header = "";
        var written = "";
        for (int i = 0, j = 0; i < old.Length || j < @new.Length;)
        {
            if (i < old.Length && j < @new.Length && old[i] == @new[j])
            {
                header = IsHeader(old[i]) ? old[i] : header;
                i++;
                j++;
                continue;
            }

            var removed = j == @new.Length || i < old.Length && common[i + 1, j] >= common[i, j + 1];
            var line = removed ? old[i++] : @new[j++];
            if (!IsHeader(line) && header != written)
            {
                difference.Append("  ").Append(header).Append('\n');
                written = header;
            }

            difference.Append(removed ? "- " : "+ ").Append(line).Append('\n');
        }

        return difference.ToString();
    }

    private static bool IsHeader(string line) => line.Length > 0 && line[0] != ' ';

    private static int[,] CommonSuffixLengths(string[] old, string[] @new)
    {
        var common = new int[old.Length + 1, @new.Length + 1];
        for (var i = old.Length - 1; i >= 0; i--)
        {
            for (var j = @new.Length - 1; j >= 0; j--)
            {
                common[i, j] = old[i] == @new[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        return common;
    }
}
