using System.Diagnostics;
using System.Globalization;
using Aigc.Application.OpenAI;
using Aigc.Application.Studio.Parts;
using Aigc.Contracts.Inference;
using Aigc.ServiceDefaults;
using MassTransit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Aigc.Application.Studio.Pages;

/// <summary>The playground: a conversation with one model, or a text it continues.</summary>
public sealed partial class Create
{
    private static readonly string[] Questions = ["What does a dictionary do?", "Explain what a stream is.", "When is an exception thrown?"];
    private static readonly string[] Beginnings = ["Represents a collection of", "Gets or sets the", "The following example shows"];
    private static readonly TimeSpan RenderEvery = TimeSpan.FromMilliseconds(40);

    private readonly List<Turn> _turns = [];
    private readonly CancellationTokenSource _gone = new();
    private CancellationTokenSource? _stop;
    private IReadOnlyList<string>? _models;
    private string? _model;
    private string? _fault;
    private string _input = "";
    private bool _chat = true;
    private bool _enter;
    private int _tokens = 128;
    private double _temperature = 0.8;
    private Turn? _writing;

    /// <summary>Name of the model to begin with, as a model's own page links here; null for the first of the list.</summary>
    [SupplyParameterFromQuery(Name = "model")]
    private string? Wanted { get; set; }

    /// <summary>Leaves the page: an answer still being written is abandoned.</summary>
    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
        _stop?.Dispose();
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        try
        {
            _models = [.. (await Models.List(Session.Tenant, _gone.Token)).Select(m => m.Model.Name).Distinct()];
            _model = Wanted is not null && _models.Contains(Wanted) ? Wanted : _models.Count > 0 ? _models[0] : null;
            _fault = Wanted is null || Wanted == _model ? null : $"There is no model '{Wanted}' any more; choose another.";
        }
        catch (RequestTimeoutException)
        {
            _fault = "The model registry did not answer; reload the page to try again.";
        }
        catch (OperationCanceledException)
        {
            return;
        }

        StateHasChanged();
    }

    private async Task Key(KeyboardEventArgs pressed)
    {
        if (pressed.Key == "Escape" && _writing is not null)
        {
            await _stop!.CancelAsync();
        }

        // Enter sends and must not write a new line as well; the browser is told with the next render.
        _enter = pressed is { Key: "Enter", ShiftKey: false };
        if (_enter && _writing is null && _model is not null && !string.IsNullOrWhiteSpace(_input))
        {
            await Send();
        }
    }

    private async Task Send()
    {
        if (!Session.Caller.May("generate"))
        {
            _fault = "Your account may not ask models: it lacks 'generate'. An owner can change your role.";
            return;
        }

        var asked = _input.Trim();
        _input = "";
        _fault = null;
        if (!_chat)
        {
            _turns.Clear();
        }

        _turns.Add(new Turn("user", "") { Text = asked });
        var request = Request(asked);
        _writing = new Turn("assistant", _model!);
        _turns.Add(_writing);
        _stop?.Dispose();
        _stop = CancellationTokenSource.CreateLinkedTokenSource(_gone.Token);
        try
        {
            await Write(_writing, request, _stop.Token);
        }
        catch (ProblemException refused)
        {
            _fault = refused.Message;
        }
        catch (RequestTimeoutException)
        {
            _fault = "The model registry did not answer; try again.";
        }
        catch (OperationCanceledException)
        {
            _writing.Note = "stopped";
        }
        finally
        {
            _writing = null;
        }
    }

    private async Task Write(Turn turn, TextRequest request, CancellationToken ct)
    {
        var model = await Models.Resolve(Session.Tenant, request.Model, ct);
        var (began, rendered) = (Time.GetTimestamp(), 0L);
        TimeSpan? first = null;
        await foreach (var piece in Answers.Ask(Session.Tenant, model, request, ct))
        {
            first ??= Time.GetElapsedTime(began);
            turn.Text += piece.Text;
            if (piece.Final is { } final)
            {
                var seconds = Time.GetElapsedTime(began).TotalSeconds;
                turn.Note = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{final.PromptTokens} + {final.CompletionTokens} tokens · first after {first.Value.TotalMilliseconds:0} ms · {Say.Span(seconds)} · {final.CompletionTokens / Math.Max(seconds, 0.001):0} tokens/s · ended by {final.FinishReason}");
            }
            else if (Time.GetElapsedTime(rendered) >= RenderEvery)
            {
                rendered = Time.GetTimestamp();
                StateHasChanged();
            }
        }
    }

    private TextRequest Request(string asked) => new()
    {
        Model = _model!,
        Prompt = _chat ? null : asked,
        Messages = _chat ? [.. _turns.Where(turn => turn.Text.Length > 0).Select(turn => new ChatTurn { Role = turn.Role, Content = turn.Text })] : [],
        Sampling = new SamplingSpec { MaxTokens = Math.Clamp(_tokens, 1, 4096), Temperature = Math.Clamp(_temperature, 0, 2) },
    };

    private sealed record Turn(string Role, string Model)
    {
        public string Text { get; set; } = "";

        public string? Note { get; set; }
    }
}
