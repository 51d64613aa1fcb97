using System.Runtime.CompilerServices;

namespace RateLimited.Http.AI.Text;

/// <summary>How often each feature stands in a prompt.</summary>
[InlineArray(Length)]
internal struct TextCounts
{
    /// <summary>How many features there are.</summary>
    public const int Length = (int)TextFeature.Images + 1;

    private long _first;

    public long this[TextFeature feature]
    {
        readonly get => this[(int)feature];
        set => this[(int)feature] = value;
    }
}
