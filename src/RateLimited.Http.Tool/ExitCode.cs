namespace RateLimited.Http.Tool;

/// <summary>What the program tells whoever started it.</summary>
internal static class ExitCode
{
    /// <summary>All is well.</summary>
    public const int Fine = 0;

    /// <summary>The work was done, and something was found that is not well.</summary>
    public const int Findings = 1;

    /// <summary>What was given cannot be worked with; standard error says why in one sentence.</summary>
    public const int BadInput = 2;

    /// <summary>The tool itself failed.</summary>
    public const int Broken = 3;
}
