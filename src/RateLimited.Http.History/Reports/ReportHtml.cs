using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace RateLimited.Http.History.Reports;

/// <summary>A report as one page: no script, nothing from elsewhere, and every text in it encoded.</summary>
internal static class ReportHtml
{
    private const string Head = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <style>
        :root { color-scheme: light dark; }
        body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; }
        th, td { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .25rem .75rem; text-align: left; vertical-align: baseline; }
        th.number, td.number { font-variant-numeric: tabular-nums; text-align: right; }
        td { overflow-wrap: anywhere; }
        meter { margin-left: .5rem; width: 5rem; }
        </style>

        """;

    public static string Write(HistoryReport report)
    {
        var page = new StringBuilder(Head);
        var title = true;
        foreach (var section in ReportOutline.Of(report))
        {
            if (title)
            {
                page.Append("<title>").Append(Encoded(section.Title)).Append("</title>\n</head>\n<body>\n");
                title = false;
            }

            page.Append(CultureInfo.InvariantCulture, $"<h{section.Level}>").Append(Encoded(section.Title)).Append(CultureInfo.InvariantCulture, $"</h{section.Level}>\n");
            foreach (var line in section.Lines)
            {
                page.Append("<p>").Append(Encoded(line)).Append("</p>\n");
            }

            if (section.Table is { } table)
            {
                Write(page, table);
            }
        }

        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void Write(StringBuilder page, ReportTable table)
    {
        page.Append("<div class=\"wide\" tabindex=\"0\"><table>\n<thead><tr>");
        foreach (var head in table.Heads)
        {
            page.Append("<th scope=\"col\"").Append(Class(head)).Append('>').Append(Encoded(ReportTable.Title(head))).Append("</th>");
        }

        page.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in table.Rows)
        {
            page.Append("<tr>");
            for (var column = 0; column < row.Length; column++)
            {
                page.Append("<td").Append(Class(table.Heads[column])).Append('>').Append(Encoded(row[column].Text));
                if (row[column].Share is { } share)
                {
                    page.Append(CultureInfo.InvariantCulture, $"<meter min=\"0\" max=\"1\" value=\"{Math.Clamp(share, 0, 1):0.###}\" aria-hidden=\"true\"></meter>");
                }

                page.Append("</td>");
            }

            page.Append("</tr>\n");
        }

        page.Append("</tbody>\n</table></div>\n");
    }

    private static string Class(string head) => ReportTable.IsNumber(head) ? " class=\"number\"" : string.Empty;

    private static string Encoded(string text) => HtmlEncoder.Default.Encode(text);
}
