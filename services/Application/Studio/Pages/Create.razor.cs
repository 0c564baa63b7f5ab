using Aigc.Application.OpenAI;
using Aigc.Application.Studio.Talk;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using MassTransit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Aigc.Application.Studio.Pages;

/// <summary>The playground: a conversation with one model or with two side by side, or a text they continue.</summary>
public sealed partial class Create
{
    private static readonly string[] Kinds = ["text", "image", "video"];
    private static readonly string[] Questions = ["What does a dictionary do?", "Explain what a stream is.", "When is an exception thrown?"];
    private static readonly string[] Beginnings = ["Represents a collection of", "Gets or sets the", "The following example shows"];

    private readonly List<Conversation> _lanes = [];
    private readonly CancellationTokenSource _gone = new();
    private IReadOnlyList<RegisteredModel>? _models;
    private (string? First, string? Second) _shown;
    private string? _fault;
    private string _input = "";
    private bool _chat = true;
    private int _tokens = 128;
    private double _temperature = 0.8;

    /// <summary>Name of the model to begin with, as a model's own page links here; null for the first of the list.</summary>
    [SupplyParameterFromQuery(Name = "model")]
    private string? Wanted { get; set; }

    /// <summary>What is made: text, an image or a video.</summary>
    [SupplyParameterFromQuery(Name = "kind")]
    private string? Kind { get; set; }

    /// <summary>A stored answer: its conversation is opened.</summary>
    [SupplyParameterFromQuery(Name = "response")]
    private string? First { get; set; }

    /// <summary>Another one, beside it.</summary>
    [SupplyParameterFromQuery(Name = "beside")]
    private string? Second { get; set; }

    private string Making => Kinds.Contains(Kind) ? Kind! : "text";

    private bool Busy => _lanes.Exists(lane => lane.Writing is not null);

    private bool Ready => !Busy && _lanes.Count > 0 && _lanes.TrueForAll(lane => lane.Model is not null) && !string.IsNullOrWhiteSpace(_input);

    private SamplingSpec Sampling => new() { MaxTokens = Math.Clamp(_tokens, 1, 4096), Temperature = Math.Clamp(_temperature, 0, 2) };

    /// <summary>Leaves the page: answers still being written are abandoned.</summary>
    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
        _lanes.ForEach(lane => lane.Dispose());
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        if (_lanes.Count == 0)
        {
            _lanes.Add(NewLane());
        }

        // An address that this page wrote itself shows what is there already.
        if (_models is not null && _shown != (First, Second))
        {
            await Open();
        }
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
            _models = [.. (await Models.List(Session.Tenant, _gone.Token)).DistinctBy(m => m.Model.Name)];
            _lanes[0].Model = Known(Wanted) ?? Next(null);
            _fault = Wanted is null || Known(Wanted) is not null ? null : $"There is no model '{Wanted}' any more; choose another.";
            await Open();
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

    private async Task Open()
    {
        _shown = (First, Second);
        try
        {
            await Open(_lanes[0], First);
            if (Second is not null && _lanes.Count == 1)
            {
                _lanes.Add(NewLane());
            }

            if (_lanes.Count > 1)
            {
                await Open(_lanes[1], Second);
            }
        }
        catch (ProblemException refused)
        {
            _fault = refused.Message;
        }
    }

    private async Task Open(Conversation lane, string? id)
    {
        if (id is null)
        {
            lane.Open([], null);
            return;
        }

        var (turns, chat) = await History.Open(id, _gone.Token);
        (_chat, lane.Model) = (chat, Known(turns[^1].Model) ?? lane.Model ?? Next(null));
        lane.Open(turns, id);
    }

    private Task Enter(KeyboardEventArgs pressed) =>
        pressed is { Key: "Enter", ShiftKey: false, IsComposing: false } && Ready ? Send() : Task.CompletedTask;

    private void Escape(KeyboardEventArgs pressed)
    {
        if (pressed.Key == "Escape")
        {
            Stop();
        }
    }

    private void Stop() => _lanes.ForEach(lane => lane.Stop());

    private async Task Send()
    {
        var asked = _input.Trim();
        (_input, _fault) = ("", null);
        await Task.WhenAll(_lanes.Select(lane => lane.Ask(asked, _chat, Sampling, StateHasChanged)));
        Address();
    }

    private async Task Repeat(Conversation lane)
    {
        await lane.Repeat(_chat, Sampling, StateHasChanged);
        Address();
    }

    // The second model is asked about the same conversation as the first, so that its answers can be compared.
    private void Compare()
    {
        if (_lanes.Count > 1)
        {
            _lanes[1].Dispose();
            _lanes.RemoveAt(1);
        }
        else
        {
            var beside = NewLane();
            beside.Model = Next(_lanes[0].Model);
            beside.Open(_lanes[0].Turns, _lanes[0].LastId);
            _lanes.Add(beside);
        }

        Address();
    }

    private void Clear()
    {
        _lanes.ForEach(lane => lane.Open([], null));
        Address();
    }

    // What is on the page can be come back to.
    private void Address()
    {
        if (_gone.IsCancellationRequested || Busy)
        {
            return;
        }

        _shown = (_lanes[0].LastId, _lanes.Count > 1 ? _lanes[1].LastId : null);
        Navigation.NavigateTo(
            Navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { ["response"] = _shown.First, ["beside"] = _shown.Second }),
            replace: true);
    }

    private Conversation NewLane() => new(Models, Answers, Ledger, History, Session, Time);

    private string? Known(string? name) => _models?.FirstOrDefault(m => m.Model.Name == name)?.Model.Name;

    private string? Next(string? after) => (_models?.FirstOrDefault(m => m.Model.Name != after) ?? (_models is [var only, ..] ? only : null))?.Model.Name;
}
