using System.Text;

namespace RateLimited.Http.Tool.Input;

/// <summary>
/// CSV as RFC 4180 has it, row by row: fields may be quoted, a quote within quotes is doubled, a quoted field may hold line ends. Blank lines are no rows. Total but for what it says in its
/// one exception.
/// </summary>
/// <param name="path">The file, for what is said of it.</param>
/// <param name="text">Its text.</param>
internal sealed class CsvRows(string path, LogText text)
{
    private const char Quote = '"';

    private readonly StringBuilder _field = new();
    private readonly List<string> _fields = [];
    private char _separator;

    /// <summary>The line that the last row begins on.</summary>
    public int Line { get; private set; }

    /// <summary>The fields of the next row; null at the end. They are overwritten by the row after it.</summary>
    /// <exception cref="BadInputException">It is no CSV.</exception>
    public IReadOnlyList<string>? Next()
    {
        SkipBlankLines();
        if (text.Peek() < 0)
        {
            return null;
        }

        _fields.Clear();
        for (var (isFirst, isLast) = (true, false); !isLast; isFirst = false)
        {
            isLast = text.TryTake(Quote) ? Quoted(isFirst) : Plain(isFirst);
        }

        return _fields;
    }

    private void SkipBlankLines()
    {
        while (text.TryTake('\r') || text.TryTake('\n'))
        {
        }
    }

    /// <summary>Reads a field and what ends it. Returns whether it is the row's last.</summary>
    private bool Plain(bool isFirst)
    {
        _field.Clear();
        var read = text.Take();
        Note(isFirst);
        while (!IsEnd(read))
        {
            _field.Append((char)read);
            read = text.Take();
        }

        return End(read);
    }

    private bool Quoted(bool isFirst)
    {
        _field.Clear();
        Note(isFirst);
        while (true)
        {
            switch (text.Take())
            {
                case < 0:
                    throw new BadInputException($"{InputFile.Shown(path)}, line {Line}: a quote that is not closed → a second one.");
                case Quote when text.TryTake(Quote):
                    Append(Quote);
                    break;
                case Quote:
                    return AfterQuote(text.Take());
                case var read:
                    Append((char)read);
                    break;
            }
        }
    }

    private bool AfterQuote(int read) =>
        IsEnd(read) ? End(read)
        : read == '\r' && text.Peek() is < 0 or '\n' ? End(text.Take())
        : throw new BadInputException($"{InputFile.Shown(path)}, line {text.Line}: text behind a closed quote → a separator, or quotes within quotes doubled.");

    private void Append(char c)
    {
        // A line end within quotes begins a new line, so that the lines' bound alone bounds no field.
        if (_field.Length >= LogText.LongestLine)
        {
            throw new BadInputException($"{InputFile.Shown(path)}, line {Line}: more than {LogText.LongestLine} characters in quotes → at most so many.");
        }

        _field.Append(c);
    }

    private void Note(bool isFirst)
    {
        if (isFirst)
        {
            Line = Math.Max(text.Line, 1);
        }
    }

    /// <summary>The first character that may part fields does, from then on.</summary>
    private bool IsEnd(int read)
    {
        if (_separator == default && read is ',' or ';' or '\t')
        {
            _separator = (char)read;
        }

        return read is < 0 or '\n' || (_separator != default && read == _separator);
    }

    private bool End(int read)
    {
        if (_fields.Count == LogFields.MostFields)
        {
            throw new BadInputException($"{InputFile.Shown(path)}, line {Line}: more than {LogFields.MostFields} fields → at most so many.");
        }

        _fields.Add(_field.ToString().Trim());
        return read is < 0 or '\n';
    }
}
