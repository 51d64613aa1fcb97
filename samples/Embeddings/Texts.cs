using System.Globalization;

namespace Embeddings;

/// <summary>Short texts, the same ones each time and no two alike.</summary>
internal static class Texts
{
    private static readonly string[] Subjects = ["A parcel", "The invoice", "An order", "The delivery", "A refund", "The contract", "A ticket", "The report"];
    private static readonly string[] Verbs = ["was sent to", "is waiting for", "was lost on the way to", "has arrived at", "was returned by", "belongs to"];
    private static readonly string[] Places = ["the office in Oslo", "a customer in Lyon", "the warehouse", "the branch in Porto", "nobody in particular", "the team in Gdansk", "the new address"];

    public static IReadOnlyList<string> Make(int count) =>
        [.. Enumerable.Range(1, count).Select(static i => string.Create(
            CultureInfo.InvariantCulture, $"{Subjects[i % Subjects.Length]} {Verbs[i / 3 % Verbs.Length]} {Places[i / 7 % Places.Length]}, case {i}."))];
}
