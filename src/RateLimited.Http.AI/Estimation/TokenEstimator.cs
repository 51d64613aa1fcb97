using RateLimited.Http.AI.Requests;
using RateLimited.Http.AI.Text;
using RateLimited.Http.Costs.Bodies;

namespace RateLimited.Http.AI.Estimation;

/// <summary>Estimates what requests to models cost in tokens, audio, images and money, and lets their answers teach it. Stateless but for what the service has learned.</summary>
internal sealed class TokenEstimator(ServiceTokens service, TokenRules rules) : ICostEstimator
{
    /// <summary>What a byte of a prompt that cannot be looked at is taken for: letters of words of five, and the quotes and braces around them.</summary>
    private const int BytesPerWord = 6;

    /// <summary>How much of a file that is not known a second takes: speech at 32 kbit/s, which is slow, so that the length is rather too long.</summary>
    private const int BytesPerSecond = 4_000;

    public async ValueTask<CostEstimate?> EstimateAsync(CostedRequest request, CancellationToken cancellationToken)
    {
        if (RequestShapes.Of(request.Message) is not { } shape || request.Message.Content is not { } content)
        {
            return null;
        }

        var prompt = new Prompt();
        await ReadAsync(request, content, prompt, cancellationToken).ConfigureAwait(false);
        if (prompt.Model.Length == 0)
        {
            prompt.Model = RequestShapes.DeploymentOf(request.Message);
        }

        (prompt.Counts[TextFeature.Requests], prompt.Counts[TextFeature.Messages]) = shape.IsFramed() ? (1, prompt.Counts[TextFeature.Messages]) : (0, 0);
        if (shape == RequestShape.Transcription)
        {
            prompt.AudioSeconds ??= (decimal)(content.Headers.ContentLength ?? 0) / BytesPerSecond;
        }

        var exact = prompt.IsRead && rules.Counter is { } counter ? await CountAsync(counter, request, content, prompt.Model, cancellationToken).ConfigureAwait(false) : null;
        var forecast = new TokenForecast(rules, shape, prompt, service.Calibrations.Of(prompt.Model), exact);
        return new TokenEstimate(service, rules, forecast, request.Message.RateLimiting()?.Tenant);
    }

    private static async ValueTask ReadAsync(CostedRequest request, HttpContent content, Prompt prompt, CancellationToken cancellationToken)
    {
        var meter = new TextMeter();
        if (FormScanner.For(content, prompt, meter) is { } form)
        {
            using (form)
            {
                if (await request.ReadBodyAsync(form, cancellationToken).ConfigureAwait(false))
                {
                    form.Complete();
                }
            }
        }
        else if (IsPlainJson(content))
        {
            var scanner = new PromptScanner(prompt, meter);
            using var sink = new ScannerStream(scanner);
            if (await request.ReadBodyAsync(sink, cancellationToken).ConfigureAwait(false))
            {
                scanner.Complete();
            }
            else
            {
                meter.Counts[TextFeature.Words] = (content.Headers.ContentLength ?? 0) / BytesPerWord;
            }
        }

        for (var feature = TextFeature.Words; feature < TextFeature.Messages; feature++)
        {
            prompt.Counts[feature] = meter.Counts[feature];
        }
    }

    /// <summary>The texts once more, now that the model is known, for a tokenizer that counts them exactly; null where it does not know the model.</summary>
    private static async ValueTask<long?> CountAsync(ITokenCounter counter, CostedRequest request, HttpContent content, string model, CancellationToken cancellationToken)
    {
        if (!IsPlainJson(content))
        {
            return null;
        }

        using var counted = new CountedText(counter, model);
        var scanner = new PromptScanner(new Prompt(), counted);
        using var sink = new ScannerStream(scanner);
        await request.ReadBodyAsync(sink, cancellationToken).ConfigureAwait(false);
        scanner.Complete();
        return counted.Tokens;
    }

    private static bool IsPlainJson(HttpContent content) => BodyFormat.Of(content) is { IsEventStream: false, Coding: "" or "identity" };
}
