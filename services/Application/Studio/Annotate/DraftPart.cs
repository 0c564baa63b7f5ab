using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Aigc.Application.Studio.Annotate;

/// <summary>A part of the page that shows or changes a draft of one kind.</summary>
/// <typeparam name="TDraft">The kind's draft.</typeparam>
public abstract class DraftPart<TDraft> : ComponentBase
    where TDraft : LabelDraft
{
    /// <summary>The draft.</summary>
    [Parameter, EditorRequired]
    public LabelDraft Draft { get; set; } = null!;

    /// <summary>The task.</summary>
    [Parameter, EditorRequired]
    public TaskBody Body { get; set; } = null!;

    /// <summary>The draft is another than before.</summary>
    [Parameter]
    public EventCallback Changed { get; set; }

    /// <summary>A key in a text.</summary>
    [Parameter]
    public EventCallback<KeyboardEventArgs> TextKey { get; set; }

    /// <summary>The draft as its kind has it.</summary>
    protected TDraft Own => (TDraft)Draft;

    /// <summary>Changes the draft and says so.</summary>
    protected Task Change(Action change)
    {
        change();
        return Changed.InvokeAsync();
    }
}
