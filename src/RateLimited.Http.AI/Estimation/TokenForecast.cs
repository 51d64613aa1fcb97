using RateLimited.Http.AI.Money;
using RateLimited.Http.AI.Requests;
using RateLimited.Http.AI.Tokens;
using RateLimited.Http.AI.Usage;

namespace RateLimited.Http.AI.Estimation;

/// <summary>What one request is expected to use, and what it comes to in the units that limits count. Pure, but for what its calibration has learned.</summary>
internal sealed class TokenForecast
{
    /// <summary>What framing takes of a message and of an answer, where texts are counted exactly: as OpenAI's cookbook has it.</summary>
    private const int TokensOfMessage = 4;

    private const int TokensOfAnswer = 3;

    private readonly TokenRules _rules;

    public TokenForecast(TokenRules rules, RequestShape shape, Prompt prompt, ModelCalibration calibration, long? exact)
    {
        (_rules, Shape, Prompt, Calibration) = (rules, shape, prompt, calibration);
        (Plain, var safe) = calibration.Input(prompt.Counts, rules.Margin);
        var framing = (TokensOfMessage * prompt.Counts[Text.TextFeature.Messages]) + (TokensOfAnswer * prompt.Counts[Text.TextFeature.Requests]);
        IsExact = exact is not null;
        Input = prompt.TokenIds + (exact is { } known ? known + framing : (long)Math.Ceiling(safe));
        Output = OutputOf();
    }

    public RequestShape Shape { get; }

    public Prompt Prompt { get; }

    public ModelCalibration Calibration { get; }

    /// <summary>The tokens of the text, without a margin.</summary>
    public double Plain { get; }

    /// <summary>Whether an exact tokenizer counted them.</summary>
    public bool IsExact { get; }

    /// <summary>The tokens of the prompt that are charged beforehand.</summary>
    public long Input { get; }

    /// <summary>The tokens of the answer that are.</summary>
    public long Output { get; }

    /// <summary>The costs of the units that the request takes.</summary>
    public List<UnitCost> Costs(decimal usd)
    {
        var costs = new List<UnitCost>(6);
        if (Shape is RequestShape.Transcription)
        {
            AddAudio(costs, Prompt.AudioSeconds ?? 0);
        }
        else if (Shape is not (RequestShape.Images or RequestShape.Speech))
        {
            costs.Add(new UnitCost(AIUnits.Tokens, _rules.Reserve == OutputReserve.Largest ? Math.Max(Input, Output) : Input + Output));
            costs.Add(new UnitCost(AIUnits.InputTokens, Input));
            costs.Add(new UnitCost(AIUnits.OutputTokens, Output));
        }

        if (Shape == RequestShape.Images)
        {
            costs.Add(new UnitCost(AIUnits.Images, Prompt.Choices));
        }

        if (Prompt.Counts[Text.TextFeature.Images] is > 0 and var images)
        {
            costs.Add(new UnitCost(AIUnits.InputImages, images));
        }

        costs.Add(UnitCost.Of(AIUnits.Usd, usd));
        return costs;
    }

    /// <summary>What it is expected to cost in money.</summary>
    public decimal Usd(ModelPrice? price) => price?.CostOf(new TokenUsage(Input, 0, 0, Output, Prompt.AudioSeconds), Shape == RequestShape.Images ? Prompt.Choices : 0) ?? 0;

    /// <summary>The costs of the units whose truth an answer tells.</summary>
    public List<UnitCost> Settled(in TokenUsage usage)
    {
        var costs = new List<UnitCost>(5);
        var input = usage.Counted(_rules.LeavesOutCached(Shape));
        if (input is not null || usage.Output is not null)
        {
            var (counted, answered) = (input ?? Input, usage.Output ?? Output);
            costs.Add(new UnitCost(AIUnits.Tokens, AtLeast(_rules.Reserve == OutputReserve.Largest ? Math.Max(Input, Output) : Input + Output, counted + answered)));
            costs.Add(new UnitCost(AIUnits.InputTokens, AtLeast(Input, counted)));
            costs.Add(new UnitCost(AIUnits.OutputTokens, AtLeast(Output, answered)));
        }

        if (usage.AudioSeconds is { } seconds)
        {
            AddAudio(costs, _rules.GivesBack ? seconds : Math.Max(seconds, Prompt.AudioSeconds ?? 0));
        }

        return costs;
    }

    /// <summary>What an upstream does not give back is not given back here either.</summary>
    private long AtLeast(long reserved, long actual) => _rules.GivesBack ? actual : Math.Max(reserved, actual);

    private void AddAudio(List<UnitCost> costs, decimal seconds)
    {
        var charged = Math.Max(seconds, _rules.AudioMinimum);
        costs.Add(UnitCost.Of(AIUnits.AudioSeconds, charged));
        costs.Add(UnitCost.Of(AIUnits.AudioMinutes, charged / 60));
    }

    private long OutputOf()
    {
        if (Shape is RequestShape.Embeddings or RequestShape.Moderations or RequestShape.Transcription or RequestShape.Speech or RequestShape.Images)
        {
            return 0;
        }

        var expected = Calibration.Output(_rules.ExpectedOutput) * Prompt.Choices;
        return Prompt.MaxOutput is not { } most ? expected
            : _rules.Reserve == OutputReserve.Expected ? Math.Min(expected, most * Prompt.Choices)
            : most * Prompt.Choices;
    }
}
